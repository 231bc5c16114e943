-- What a text names is found by an index, whatever it is (storage/definition-search.ts, storage/artifacts.ts).

-- Receivers by their fingerprint.
create index event_receivers_fingerprint on event_receivers (fingerprint);

-- One version of a name that may have a hundred thousand: by a hash, which is small.
create index artifacts_version on artifacts using hash ((name || '@' || version collate "C"));
