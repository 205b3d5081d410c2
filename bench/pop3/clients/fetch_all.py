"""poplib of Python: fetches everything, each message in one piece, and prints what that cost."""
import hashlib
import json
import poplib
import sys
import time

port, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3]
begun, cpu = time.perf_counter(), time.process_time()
pop = poplib.POP3("127.0.0.1", port)
pop.user(user)
pop.pass_(password)
messages = []
for entry in pop.list()[1]:
    lines = pop.retr(int(entry.split()[0]))[1]
    messages.append(b"\r\n".join(lines) + b"\r\n")
# Whoever counts waits counts until here.
print("fetched", flush=True)
sys.stdin.readline()
pop.quit()
whole = time.process_time()
cost = {"wallMs": (time.perf_counter() - begun) * 1000, "cpuMs": (whole - cpu) * 1000, "wholeCpuMs": whole * 1000}
digest = hashlib.sha256(b"".join(messages)).hexdigest()
print(json.dumps({**cost, "count": len(messages), "digest": digest}))
