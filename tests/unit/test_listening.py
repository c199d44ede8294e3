"""The sockets that a server listens on."""

import asyncio
import socket
from itertools import pairwise

from tollbridge.server.run import bind


def test_one_connection_is_taken_in_each_turn_of_the_loop() -> None:
    """So several processes on one socket share the connections that come at once; none is forgotten."""
    [listening] = bind("127.0.0.1", 0)
    made: list[asyncio.Protocol] = []
    turns: list[int] = []

    def protocol() -> asyncio.Protocol:
        made.append(asyncio.Protocol())
        return made[-1]

    async def served() -> None:
        server = await asyncio.get_running_loop().create_server(protocol, sock=listening)
        clients = [socket.create_connection(listening.getsockname()) for _ in range(5)]
        for _ in range(30):
            await asyncio.sleep(0)
            turns.append(len(made))
        for client in clients:
            client.close()
        server.close()

    asyncio.run(served())
    assert {after - before for before, after in pairwise(turns)} == {0, 1}
    assert turns[-1] == 5
