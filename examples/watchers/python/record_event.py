"""Records an event over GraphQL and reads it back, with nothing but Python's standard library (3.8 or newer)."""

import json
import os
import sys
import urllib.error
import urllib.request

URL = (os.environ.get("EPR_URL") or "http://localhost:8042").rstrip("/") + "/api/v1/graphql/query"
TOKEN = os.environ.get("EPR_TOKEN")

RECEIVER = {"name": "python-example", "type": "foo.python", "version": "1.0.0"}
EVENT = {
    "name": os.environ.get("NAME") or "shop",
    "version": os.environ.get("VERSION") or "1.2.0",
    "release": "1",
    "platform_id": "linux",
    "package": "wheel",
    "description": "recorded by Python",
    "payload": {"python": sys.version.split()[0]},
    "success": True,
}


def graphql(query, variables):
    """Gives `data`; errors are in the answer, which has the status 200."""
    headers = {"content-type": "application/json", **({"authorization": f"Bearer {TOKEN}"} if TOKEN else {})}
    body = json.dumps({"query": query, "variables": variables}).encode()
    with urllib.request.urlopen(urllib.request.Request(URL, body, headers), timeout=30) as response:
        answer = json.load(response)
    if answer.get("errors"):
        raise RuntimeError("; ".join(error["message"] for error in answer["errors"]))
    return answer["data"]


def find_or_create_receiver():
    find = "query($wanted: FindEventReceiverInput!) { event_receivers(event_receiver: $wanted) { id } }"
    found = graphql(find, {"wanted": RECEIVER})["event_receivers"]
    if found:
        return found[-1]["id"]
    create = "mutation($new: CreateEventReceiverInput!) { create_event_receiver(event_receiver: $new) }"
    new = {**RECEIVER, "description": "events of a Python script", "schema": {"required": ["python"]}}
    return graphql(create, {"new": new})["create_event_receiver"]


def main():
    receiver = find_or_create_receiver()
    create = "mutation($new: CreateEventInput!) { create_event(event: $new) }"
    event_id = graphql(create, {"new": {**EVENT, "event_receiver_id": receiver}})["create_event"]
    fields = " ".join([*EVENT, "event_receiver_id"])
    (recorded,) = graphql("query($id: ID!) { events_by_id(id: $id) { %s } }" % fields, {"id": event_id})["events_by_id"]
    if recorded != {**EVENT, "event_receiver_id": receiver}:
        raise RuntimeError(f"what was read back is not what was sent: {recorded}")
    print(f"recorded {event_id} for {receiver}")


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, urllib.error.URLError) as error:
        sys.exit(f"record_event: {error}")
