"""Many questions asked by several threads, the answers in one stream: whoever reads it is the only writer of files.

It knows nothing of what is asked.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def results(
    items: Iterable[Item], begin: Callable[[], Callable[[Item], Iterable[Result]]], concurrency: int
) -> Iterator[Result]:
    """What every item yields, as it comes. `begin` is called once in each thread, and gives what works on an item.

    The work begins at once, whether or not its results are read yet. The first exception in a thread ends it all and
    is raised where they are. The threads are daemons, unlike an executor's: after Ctrl-C nobody waits for a server
    that takes minutes.
    """
    todo = deque(items)
    done: SimpleQueue[tuple[Result] | BaseException | None] = SimpleQueue()

    def thread() -> None:
        try:
            work = begin()
            while True:
                try:
                    item = todo.popleft()
                except IndexError:
                    break
                for result in work(item):
                    done.put((result,))
            done.put(None)
        except BaseException as error:
            done.put(error)

    for _ in range(concurrency):
        threading.Thread(target=thread, daemon=True).start()
    return _until_all_end(done, concurrency, todo.clear)


def _until_all_end(
    done: SimpleQueue[tuple[Result] | BaseException | None], working: int, stop: Callable[[], None]
) -> Iterator[Result]:
    try:
        while working:
            said = done.get()
            if isinstance(said, BaseException):
                raise said
            if said is None:
                working -= 1
            else:
                yield said[0]
    finally:
        stop()  # the threads end after what they are asking now
