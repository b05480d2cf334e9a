import { type Damage, maxDamageListed, maxNoticesListed, type Notice } from './check.ts'

/** Collects what is found, counts all of it and keeps the first. */
export class Findings {
  readonly damage: Damage[] = []
  readonly notices: Notice[] = []
  damageCount = 0

  add(damage: Damage): void {
    this.damageCount += 1
    if (this.damage.length < maxDamageListed) this.damage.push(damage)
  }

  addAll(others: Findings): void {
    for (const damage of others.damage) this.add(damage)
    this.damageCount += others.damageCount - others.damage.length
  }

  note(notice: Notice): void {
    if (this.notices.length < maxNoticesListed) this.notices.push(notice)
  }
}
