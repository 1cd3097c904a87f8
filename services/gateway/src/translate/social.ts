import { internal, type Table } from './table.ts';

/** What people do with videos is shown as the points that they earn by it. */
export const social = {
  engagementRecorded: internal,
} satisfies Partial<Table>;
