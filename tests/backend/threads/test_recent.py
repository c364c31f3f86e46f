from concurrent.futures import ThreadPoolExecutor

from backend.threads.recent import Recent


def test_the_longest_unused_goes_first() -> None:
    kept: Recent[str, int] = Recent(3)
    for number, name in enumerate("abc"):
        kept.put(name, number)
    assert kept.get("a") == 0
    kept.put("d", 3)
    assert [name for name in "abcd" if name in kept] == ["a", "c", "d"]
    assert kept.get("b") is None


def test_a_value_takes_the_place_of_the_one_before_and_can_be_dropped() -> None:
    kept: Recent[str, int] = Recent(2)
    kept.put("a", 1)
    kept.put("a", 2)
    assert (kept.get("a"), len(kept)) == (2, 1)
    kept.drop("a")
    kept.drop("a")
    assert len(kept) == 0


def test_many_threads_never_make_it_larger() -> None:
    kept: Recent[int, int] = Recent(10)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: (kept.put(number, number), kept.get(number - 5)), range(2000)))
    assert len(kept) == 10
