/** Who a row is about, as far as a list needs it. */
export interface Buyer {
  id: string;
  name: string | null;
  email: string | null;
}

export function buyerOf(row: {
  buyer_id: string | null;
  buyer_name: string | null;
  buyer_email: string | null;
}): Buyer | null {
  return row.buyer_id === null ? null : { id: row.buyer_id, name: row.buyer_name, email: row.buyer_email };
}
