// Addresses as people write them: one after the other, by spaces or commas.

export function addressesIn(text: string): string[] {
  return text.split(/[\s,]+/).filter(each => each !== '')
}
