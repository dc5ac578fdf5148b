/** Lists of several groups, one item of each group in turn. */
export class Turns<Item> {
  /** A group that was served goes to the end. */
  private readonly groups = new Map<string, Item[]>();
  size = 0;

  sizeOf(group: string): number {
    return this.groups.get(group)?.length ?? 0;
  }

  add(group: string, item: Item): void {
    const items = this.groups.get(group);
    if (items) items.push(item);
    else this.groups.set(group, [item]);
    this.size += 1;
  }

  take(): Item | undefined {
    for (const [group, items] of this.groups) {
      const item = items.shift();
      this.groups.delete(group);
      if (items.length > 0) this.groups.set(group, items);
      this.size -= 1;
      return item;
    }
    return undefined;
  }

  remove(group: string, item: Item): boolean {
    const items = this.groups.get(group) ?? [];
    const index = items.indexOf(item);
    if (index < 0) return false;
    items.splice(index, 1);
    if (items.length === 0) this.groups.delete(group);
    this.size -= 1;
    return true;
  }

  clear(): Item[] {
    const items = [...this.groups.values()].flat();
    this.groups.clear();
    this.size = 0;
    return items;
  }
}
