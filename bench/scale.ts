// How much work a benchmark does: `small` to see that everything runs, `full` for figures that are worth recording.

export type Scale = 'small' | 'full'

export function isScale(text: string): text is Scale {
  return text === 'small' || text === 'full'
}

/** The number for this scale. */
export function at(scale: Scale, numbers: Readonly<Record<Scale, number>>): number {
  return numbers[scale]
}
