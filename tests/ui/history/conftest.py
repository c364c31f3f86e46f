"""What tests of the history share: a site of their own, so that no other test's runs stand in it, and its page."""

from collections.abc import Iterator

import gradio as gr
import pytest

from tests.serving import Site, served_site
from ui.page import build


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a playground for the tests of one file."""
    with served_site(tmp_path_factory.mktemp("history")) as site:
        yield site


@pytest.fixture(scope="module")
def page(own_site: Site) -> gr.Blocks:
    """Return the site's page."""
    return build(own_site.playground)
