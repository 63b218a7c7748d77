"""Ctrl-C while training: the update that is under way is finished, then training stops."""

import contextlib
import signal
import threading


class Asked:
    """Whether somebody asked to stop; false until then."""

    def __init__(self):
        self.asked = False

    def __bool__(self):
        return self.asked


@contextlib.contextmanager
def stop_on_interrupt():
    """Give an Asked that becomes true at the first Ctrl-C; a second one interrupts at once.

    Signals reach the main thread only: in another one nothing is changed.
    """
    asked = Asked()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def note(number, frame):
        if asked:
            raise KeyboardInterrupt
        asked.asked = True

    before = signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
