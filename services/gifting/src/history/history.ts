/** Reading history: sent gifts, newest first, and what a user has spent and earned. */
import type { GetTotalsResponse, SentGift } from '@fanfare/contracts/gifting/v1/gifting_service';
import { decodeCursor, encodeCursor } from '@fanfare/kit';
import type { PrismaClient, SentGift as Row } from '../generated/prisma/client.ts';

/** Whose gifts: those of a room, those a user sent, or those a user got. */
export type HistoryOf = { readonly roomId: bigint } | { readonly senderId: bigint } | { readonly recipientId: bigint };

export interface Page {
  readonly gifts: SentGift[];
  /** Empty at the end. */
  readonly nextCursor: string;
}

export interface History {
  readonly page: (of: HistoryOf, cursor: string, limit: number) => Promise<Page>;
  readonly totals: (userId: bigint) => Promise<GetTotalsResponse>;
}

export function history(prisma: PrismaClient): History {
  /** One more than asked for tells whether there is a next page. */
  async function rowsOf(of: HistoryOf, before: bigint | null, take: number): Promise<readonly Row[]> {
    const older = before === null ? {} : { lt: before };
    if (!('recipientId' in of)) {
      return prisma.sentGift.findMany({ where: { ...of, id: older }, orderBy: { id: 'desc' }, take });
    }
    const transactions = await prisma.giftTransaction.findMany({
      where: { ...of, sentGiftId: older },
      orderBy: { sentGiftId: 'desc' },
      take,
      include: { sentGift: true },
    });
    return transactions.map((transaction) => transaction.sentGift);
  }

  return {
    page: async (of, cursor, limit) => {
      const rows = await rowsOf(of, cursor === '' ? null : idOf(cursor), limit + 1);
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1) : undefined;
      return { gifts: shown.map(sentGiftOfRow), nextCursor: last === undefined ? '' : encodeCursor(last.id) };
    },
    totals: async (userId) => {
      const row = await prisma.userTotal.findUnique({ where: { userId } });
      return {
        spent: { currency: 'COIN', minor: row?.spentMinor ?? 0n },
        received: { currency: 'DIAMOND', minor: row?.receivedMinor ?? 0n },
      };
    },
  };
}

const ID = /^[1-9]\d{0,17}$/;

/** A cursor is the id of the last gift that was shown. @throws INVALID_ARGUMENT for anything that no page has answered */
function idOf(cursor: string): bigint {
  const [id = ''] = decodeCursor(cursor, [ID]);
  return BigInt(id);
}

const sentGiftOfRow = (row: Row): SentGift => ({
  id: row.clientId,
  roomId: row.roomId ?? undefined,
  senderId: row.senderId,
  recipientIds: row.recipientIds,
  giftId: row.giftId,
  quantity: row.quantity,
  price: { currency: 'COIN', minor: row.priceMinor },
  totalCost: { currency: 'COIN', minor: row.totalCostMinor },
  comboId: row.comboId ?? undefined,
  comboCount: row.comboCount,
  sentAt: row.sentAt,
});
