/** The bucket of all leases among gateways. Its keys expire together with the bucket's time to live, so all have one. */
export const LEASES = 'gateway_leases';

/** A successor begins at the latest this and a third of it after its predecessor's death. */
export const LEASE_MS = 1000;
