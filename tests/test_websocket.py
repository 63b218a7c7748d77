"""The connection between a kernel and the page: nothing waits for an acknowledgement."""

from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

from workbench.lab import PROMPT
from workbench.websocket import Prompt, ZMQChannelsWebsocketConnection


def test_the_option_of_workbench_lab_is_one_that_the_server_knows():
    app = ServerApp()
    app.parse_command_line([PROMPT])
    app.update_config(app.cli_config)
    assert app.kernel_websocket_connection_class is Prompt


def test_a_connection_switches_the_gathering_of_messages_off_and_connects(monkeypatch):
    done = []

    class Handler(KernelWebsocketHandler):
        def __init__(self):
            pass

        def set_nodelay(self, value):
            done.append(value)

    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", lambda self: "connected")
    prompt = Prompt.__new__(Prompt)
    prompt.set_trait("websocket_handler", Handler())
    assert prompt.connect() == "connected"
    assert done == [True]
