/** From when to when it is, and where its people live. */
export const DELIVERY_SPAN = {
  from: '2026-08-01T00:00:00+02:00',
  to: '2026-10-30T00:00:00+01:00',
  time_zone: 'Europe/Berlin',
}
/** The types of its receivers, but for `shop.built` and `shop.scanned`. */
export const DELIVERY_TYPES = {
  merged: 'dev.cdevents.change.merged.0.3.0',
  deployed: 'dev.cdevents.service.deployed.0.3.0',
  rolledback: 'dev.cdevents.service.rolledback.0.3.0',
  detected: 'dev.cdevents.incident.detected.0.3.0',
  resolved: 'dev.cdevents.incident.resolved.0.3.0',
}

/** When (month, day, UTC), what, of which artifact, and what more. */
export type ToldDelivery = [
  string,
  string,
  string,
  { success?: boolean; environment?: string; incident?: string }?,
]

/** 90 days of a shop, to be worked out by hand. */
export const DELIVERY_HISTORY: readonly ToldDelivery[] = [
  // shop 1: three hours from the merge to staging, four to production; the gate opened after one.
  ['08-03T08:00', 'merged', 'shop 1'],
  ['08-03T09:00', 'built', 'shop 1'],
  ['08-03T09:30', 'scanned', 'shop 1', { success: false }],
  ['08-03T10:00', 'scanned', 'shop 1'],
  ['08-03T11:00', 'deployed', 'shop 1', { environment: 'staging' }],
  ['08-03T12:00', 'deployed', 'shop 1'],
  // Another service fails for an hour, before it was ever deployed: nobody's fault.
  ['08-05T08:00', 'detected', 'cart 1', { incident: 'i3' }],
  ['08-05T09:00', 'resolved', 'cart 1', { incident: 'i3' }],
  // shop 2: six hours from its first event; the gate opened after two. It is rolled back: that is its failure, not that of shop 1.
  ['08-10T08:00', 'built', 'shop 2'],
  ['08-10T10:00', 'scanned', 'shop 2'],
  ['08-10T14:00', 'deployed', 'shop 2'],
  ['08-10T15:00', 'rolledback', 'shop 2'],
  // shop 1 again, which ends it after half an hour; and once more, which is the same deployment.
  ['08-10T15:30', 'deployed', 'shop 1'],
  ['08-11T09:00', 'deployed', 'shop 1'],
  // shop 3 goes past the gate. One incident, seen twice, of three hours.
  ['09-07T08:00', 'built', 'shop 3'],
  ['09-07T09:00', 'deployed', 'shop 3'],
  ['09-08T09:00', 'detected', 'shop 3', { incident: 'i1' }],
  ['09-08T10:00', 'detected', 'shop 3', { incident: 'i1' }],
  ['09-08T12:00', 'resolved', 'shop 3', { incident: 'i1' }],
  // shop 4, of which nothing else is known, on a Sunday of 25 hours, at half past eleven in Berlin. An incident that is open,
  // and a deployment that fails.
  ['10-25T22:30', 'deployed', 'shop 4'],
  ['10-26T10:00', 'detected', 'shop 4', { incident: 'i2' }],
  ['10-27T10:00', 'deployed', 'shop 5', { success: false }],
]
