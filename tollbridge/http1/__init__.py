"""HTTP/1.1 below the applications: what uvicorn lacks on a connection, and bodies read within bounds."""
