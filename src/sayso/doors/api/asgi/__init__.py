"""Where applications listen: uvicorn's protocol with bounds on time, size and connections, and bodies within theirs."""
