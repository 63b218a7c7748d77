"""Ctrl-C while training: the update that is under way is finished, then training stops."""

import contextlib
import signal
import threading


@contextlib.contextmanager
def stop_on_interrupt():
    """Give an Event that is set at the first Ctrl-C; a second one interrupts at once.

    Signals reach the main thread only: in another one nothing is changed.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def note(number, frame):
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        # None stands for a handler that was not set from Python and cannot be put back.
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
