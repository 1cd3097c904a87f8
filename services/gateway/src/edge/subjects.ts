import { EDGE_IN, EDGE_NOW, EDGE_OUT } from '@fanfare/contracts';

/** Where a message for a channel is published and stored. */
export const storedSubject = (channel: string): string => `${EDGE_IN}.${channel}`;

/** Where the stream republishes it to the gateways. */
export const liveSubject = (channel: string): string => `${EDGE_OUT}.${channel}`;

/** Where what is nowhere kept goes straight to the gateways. */
export const passingSubject = (channel: string): string => `${EDGE_NOW}.${channel}`;

/** Every few seconds a message that is for nobody: it is the position of channels where nothing happens. */
export const TICK = 'tick';
