"""The settings: the only reader of the environment and of `.env`."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, AliasChoices, Field, PrivateAttr, SecretStr, create_model, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from backend.domain.providers import FACTS, SERVER_NAME, Facts
from backend.images.storage.disk import GB
from backend.money.caps import Caps
from backend.money.token_prices import TokenPrices, token_prices
from backend.visitors.addresses import LOOPBACK as LOOPBACK_NETWORKS
from backend.visitors.addresses import PRIVATE, Network, networks

SHARED_VISITOR_CAP = Decimal("0.25")
SHARED_DAILY_CAP = Decimal("5.00")
SHARED_DISK_LIMIT_GB = Decimal(20)
"""What holds on a public page where nothing else is set; the two above in USD, a visitor's and everybody's a day."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("it isn't a web address")
    return value


def _bare_address(value: str) -> str:
    if "@" in urlsplit(_web_address(value)).netloc:
        raise ValueError("it holds a name or a password; the key has a setting of its own")
    return value


def _two_prices(value: str) -> str:
    token_prices(value)
    return value


def _server_names(value: str) -> str:
    names = named_in(value)
    wrong = next((name for name in names if not SERVER_NAME.fullmatch(name)), None)
    if wrong is not None:
        raise ValueError(f"{wrong!r} is no name of up to 20 letters and digits, a letter first")
    if len({name.lower() for name in names}) < len(names):
        raise ValueError("a name stands there twice")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
BareAddress = Annotated[str, AfterValidator(_bare_address)]
TwoPrices = Annotated[str, AfterValidator(_two_prices)]
ServerNames = Annotated[str, AfterValidator(_server_names)]


def named_in(value: str) -> tuple[str, ...]:
    """Return the names in a list with commas between them."""
    return tuple(name for part in value.split(",") if (name := part.strip()))


def provider_fields(providers: Iterable[Facts]) -> dict[str, Any]:
    """Return the fields of the providers' own variables, named as these in lower case."""
    found: dict[str, Any] = {}
    for facts in providers:
        found[_name(facts.keys[0])] = (SecretStr | None, _key_field(facts.keys))
        for variable, default in facts.addresses.items():
            found[_name(variable)] = (WebAddress, _address_field(variable, default))
        for variable in facts.own:
            found[_name(variable)] = (str | None, Field(None, alias=variable))
        if facts.several:
            found[_name(facts.several)] = (ServerNames, Field("", alias=facts.several))
    return found


def _name(variable: str) -> str:
    return variable.lower()


def _address_field(variable: str, default: str) -> Any:
    # Settings look at their defaults too, and none at all is no address.
    return Field(default, alias=variable) if default else Field(default, alias=variable, validate_default=False)


def _key_field(variables: tuple[str, ...]) -> Any:
    first, *others = variables
    return Field(None, validation_alias=AliasChoices(first, *others)) if others else Field(None, alias=first)


class _Environment(BaseSettings):
    """How the environment is read."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)


if TYPE_CHECKING:

    class _Providers(_Environment):
        """What `provider_fields` makes, which a type checker can't see; `key_of` and `addresses_of` read it."""

else:
    _Providers = create_model("_Providers", __base__=_Environment, **provider_fields(FACTS.values()))


class Settings(_Providers):
    """Everything that the environment says; `app.py` lays the command line over it."""

    backend: str = Field("auto", alias="PLAYGROUND_BACKEND")
    model: str = Field("auto", alias="PLAYGROUND_MODEL")
    models: str = Field("", alias="PLAYGROUND_MODELS")
    """Folders of models, separated as in PATH."""
    data: Path = Field(Path("data"), alias="PLAYGROUND_DATA")
    visitor_cap_usd: Decimal | None = Field(None, ge=0, alias="PLAYGROUND_VISITOR_CAP_USD")
    daily_cap_usd: Decimal | None = Field(None, ge=0, alias="PLAYGROUND_DAILY_CAP_USD")
    room_cap_usd: Decimal = Field(Decimal("0.50"), ge=0, alias="PLAYGROUND_ROOM_CAP_USD")
    allow_callbacks: bool = Field(False, alias="PLAYGROUND_ALLOW_CALLBACKS")
    trusted_proxy: str | None = Field(None, alias="PLAYGROUND_TRUSTED_PROXY")
    database_url: str | None = Field(None, alias="PLAYGROUND_DATABASE_URL")
    images_url: str | None = Field(None, alias="PLAYGROUND_IMAGES_URL")
    ray_address: str | None = Field(None, alias="RAY_ADDRESS")
    replicas: int | None = Field(None, ge=1, alias="PLAYGROUND_REPLICAS")
    disk_limit_gb: Decimal | None = Field(None, gt=0, alias="PLAYGROUND_DISK_LIMIT_GB")
    mark: bool = Field(True, alias="PLAYGROUND_MARK")
    c2pa_cert: str | None = Field(None, alias="PLAYGROUND_C2PA_CERT")
    c2pa_key: SecretStr | None = Field(None, alias="PLAYGROUND_C2PA_KEY")
    """A path, or the key itself, as a Space's secrets have it."""
    c2pa_trust: str | None = Field(None, alias="PLAYGROUND_C2PA_TRUST")
    watermark: bool = Field(False, alias="PLAYGROUND_WATERMARK")
    llm_base_url: BareAddress | None = Field(None, alias="PLAYGROUND_LLM_BASE_URL")
    llm_api_key: SecretStr | None = Field(None, alias="PLAYGROUND_LLM_API_KEY")
    llm_model: str | None = Field(None, alias="PLAYGROUND_LLM_MODEL")
    llm_usd_per_million: TwoPrices | None = Field(None, alias="PLAYGROUND_LLM_USD_PER_MILLION")
    """Of tokens: those that are sent and those that come back, with a comma between the two, or one price for both."""
    gpu_usd_per_hour: Decimal = Field(Decimal(0), ge=0, alias="PLAYGROUND_GPU_USD_PER_HOUR")

    host: str = Field("127.0.0.1", alias="GRADIO_SERVER_NAME")
    port: int = Field(7860, ge=0, le=65535, alias="GRADIO_SERVER_PORT")
    share: bool = Field(False, alias="GRADIO_SHARE")
    auth: str | None = Field(None, alias="PLAYGROUND_AUTH")
    space_id: str | None = Field(None, alias="SPACE_ID")
    zero_gpu: bool = Field(False, alias="SPACES_ZERO_GPU")
    oauth_client_secret: SecretStr | None = Field(None, alias="OAUTH_CLIENT_SECRET")
    temp_dir: Path | None = Field(None, alias="GRADIO_TEMP_DIR")
    vibe_mode: str | None = Field(None, alias="GRADIO_VIBE_MODE")

    _of_servers: dict[str, Any] = PrivateAttr(default_factory=dict)
    """What is set of servers that the owner named, by variable: which ones there are is known only from the rest."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        for facts in self._named():
            self._of_servers.update(_read(facts, given))

    @field_validator("data")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        try:
            return value.expanduser().resolve()
        except (OSError, RuntimeError) as error:
            raise ValueError(str(error)) from error

    @field_validator("trusted_proxy")
    @classmethod
    def _addresses(cls, value: str | None) -> str | None:
        networks(value or "")
        return value

    @field_validator("auth")
    @classmethod
    def _name_and_password(cls, value: str | None) -> str | None:
        name, _, password = (value or "").partition(":")
        if value and not (name and password):
            raise ValueError("it has no name, or no password")
        return value

    def key_of(self, facts: Facts) -> SecretStr | None:
        """Return the server's own key for a provider, or None."""
        key: SecretStr | None = self._value(facts.keys[0])
        return key

    def addresses_of(self, facts: Facts) -> tuple[str, ...]:
        """Return the addresses of a provider, as set or as known, in the order of its facts."""
        return tuple(self._value(variable) for variable in facts.addresses)

    def own_of(self, facts: Facts) -> tuple[str | None, ...]:
        """Return what else is set of a provider, in the order of its facts."""
        return tuple(self._value(variable) for variable in facts.own)

    def servers_of(self, facts: Facts) -> tuple[Facts, ...]:
        """Return the facts of each server of a kind that is set: the one without a name, then those with one."""
        alone = (facts,) if all(self.addresses_of(facts)) else ()
        return (*alone, *(each for each in self._named() if each.name.startswith(f"{facts.name}-")))

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return every secret that is set as plain text, for the log's redaction."""
        values = (*(getattr(self, name) for name in type(self).model_fields), *self._of_servers.values())
        return tuple(value.get_secret_value() for value in values if isinstance(value, SecretStr))

    @property
    def public(self) -> bool:
        """Whether strangers can reach the page: a share link, a Space, a proxy, or another address than loopback."""
        reached = (self.share, self.space_id is not None, self.trusted_proxy is not None, self.host not in LOOPBACK)
        return any(reached)

    @property
    def signs_in(self) -> bool:
        """Whether a login is worth something: elsewhere Gradio plays one, signed with a secret that everybody knows."""
        return self.space_id is not None and self.oauth_client_secret is not None

    @property
    def trusted(self) -> tuple[Network, ...]:
        """Return the proxies whose forwarded addresses count: those that are set, a Space's, or the share tunnel's."""
        if self.trusted_proxy is not None:
            return networks(self.trusted_proxy)
        if self.space_id is not None:
            return PRIVATE
        return LOOPBACK_NETWORKS if self.share else ()

    @property
    def llm_prices(self) -> TokenPrices | None:
        """Return what a million tokens of the prompt helper cost; None where nobody says."""
        return None if self.llm_usd_per_million is None else token_prices(self.llm_usd_per_million)

    @property
    def disk_limit(self) -> int | None:
        """Return how many bytes may be kept: as set, and on a public page always so many; None is without end."""
        limit = SHARED_DISK_LIMIT_GB if self.public and self.disk_limit_gb is None else self.disk_limit_gb
        return None if limit is None else int(limit * GB)

    @property
    def caps(self) -> Caps:
        """Return the caps on the server's own keys: those that are set, and on a public page always some."""
        visitor, daily = self.visitor_cap_usd, self.daily_cap_usd
        if self.public:
            visitor = SHARED_VISITOR_CAP if visitor is None else visitor
            daily = SHARED_DAILY_CAP if daily is None else daily
        return Caps(visitor=visitor, house=daily, room=self.room_cap_usd)

    def _named(self) -> tuple[Facts, ...]:
        kinds = (facts for facts in FACTS.values() if facts.several)
        return tuple(kind.server(name) for kind in kinds for name in named_in(getattr(self, _name(kind.several or ""))))

    def _value(self, variable: str) -> Any:
        if variable in self._of_servers:
            return self._of_servers[variable]
        return getattr(self, _name(variable))


def _read(facts: Facts, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is set of one named server, by variable; its address has no default, and has to be there."""
    needed = {_name(variable): (WebAddress, Field(alias=variable)) for variable in facts.addresses}
    kind = create_model("Server", __base__=_Environment, **{**provider_fields([facts]), **needed})
    values = kind(**given)
    return {variable: getattr(values, _name(variable)) for variable in facts.variables}
