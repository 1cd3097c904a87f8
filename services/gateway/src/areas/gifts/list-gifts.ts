import { hasRole } from '@fanfare/kit';
import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { page, pageOf } from '../../present/page.ts';
import { defineRoute } from './clients.ts';
import { gift, presentGift } from './gift.ts';

export const listGifts = defineRoute({
  method: 'GET',
  path: '/gifts',
  operationId: 'listGifts',
  summary: 'The catalogue, cheapest first; administrators may ask for retired gifts too',
  access: 'optional',
  query: z.object({ includeInactive: fields.flagText().default(false) }),
  answer: page(gift),
  run: async ({ clients, call }, { query }) => {
    const includeInactive = query.includeInactive && hasRole(call.caller, 'admin');
    const { gifts } = await clients.gifting.call.listGifts({ includeInactive }, call);
    return pageOf(gifts, '', presentGift);
  },
});
