// By what a list of files is ordered, as its address says it.

export type Sort = 'name' | 'size' | 'time'
export type Order = 'up' | 'down'

export interface Ordered {
  readonly sort: Sort
  readonly order: Order
}

/** '' for what goes without saying. */
export interface OrderText {
  readonly sort: string
  readonly order: string
}

export function orderedBy({ sort, order }: OrderText): Ordered {
  return { sort: sort === 'size' || sort === 'time' ? sort : 'name', order: order === 'down' ? 'down' : 'up' }
}

export function orderText({ sort, order }: Ordered): OrderText {
  return { sort: sort === 'name' ? '' : sort, order: order === 'up' ? '' : order }
}

/** After a click on the title of a column: the other way round, or the largest and newest first. */
export function reordered(now: Ordered, by: Sort): Ordered {
  if (by === now.sort) return { sort: by, order: now.order === 'up' ? 'down' : 'up' }
  return { sort: by, order: by === 'name' ? 'up' : 'down' }
}
