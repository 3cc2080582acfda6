"""Ways to reach the emulator: in process, through boto3, and over HTTP."""
