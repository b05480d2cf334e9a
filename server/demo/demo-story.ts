/** Who is on the demonstration box, and how the last month went for them. Nobody of that name is meant. */

export interface DemoComputer {
  readonly name: string
  readonly model: string
  /** Days before now on which it was backed up, the longest ago first; 0 is today. */
  readonly days: readonly number[] | 'workdays'
  /** When it backs up by itself; undefined: when somebody starts it. */
  readonly schedule?: string
  /** Files that could not be read on its last day. */
  readonly isLastPartial?: true
  /** Days on which its backup failed, after the last good one. */
  readonly failsOn?: readonly number[]
}

export interface DemoCustomer {
  readonly name: string
  readonly owner: { readonly name: string; readonly email: string }
  readonly plan: string
  /** Their recovery kit still waits to be printed. */
  readonly isKitMissing?: true
  readonly city: string
  readonly computers: readonly DemoComputer[]
}

export const demoStaff = {
  administrator: { name: 'Tomasz Wilk', email: 'tomasz@northquay.example', customer: 'Northquay IT' },
  implementor: { name: 'Aylin Demir', email: 'aylin@northquay.example' },
} as const

export const demoDays = 30
const everyDay = Array.from({ length: demoDays }, (_, index) => demoDays - 1 - index)
const weekly = [29, 22, 15, 8, 1, 0]
const fewDays = [6, 5, 4, 3, 2, 1, 0]

const eachEvening = 'daily 18:00'

/** Today is one of them, whatever day it is: the box looks the same on a Sunday. */
export function daysOf({ days }: Pick<DemoComputer, 'days'>, isWorkday: (daysAgo: number) => boolean): readonly number[] {
  return days === 'workdays' ? everyDay.filter((day) => day === 0 || isWorkday(day)) : days
}

export const demoCustomers: readonly DemoCustomer[] = [
  {
    name: 'Harbour Street Dental',
    owner: { name: 'Grace Okafor', email: 'grace@harbour-street.example' },
    plan: 'Silver',
    city: 'Kiel',
    computers: [
      { name: 'RECEPTION-PC', model: 'ESPRIMO P558', days: 'workdays', schedule: '0 18 * * 1-5' },
      { name: 'XRAY-PC', model: 'Precision 3660', days: [21, 14, 9, 4, 3], failsOn: [2, 1, 0] },
    ],
  },
  {
    name: 'Calder & Rowe Architects',
    owner: { name: 'Helen Calder', email: 'helen@calder-rowe.example' },
    plan: 'Gold',
    city: 'Bremen',
    computers: [
      { name: 'DRAWING-02', model: 'Z2 Tower', days: everyDay.filter((day) => day % 3 !== 1) },
      { name: 'ACCOUNTS-2', model: 'ThinkCentre M70', days: weekly },
      { name: 'THEATRE-2', model: 'OptiPlex 7010', days: fewDays, schedule: eachEvening },
    ],
  },
  {
    name: 'Petrel Photography',
    owner: { name: 'Jonas Petrel', email: 'jonas@petrel.example' },
    plan: 'Silver',
    city: 'Husum',
    computers: [{ name: 'STUDIO-MAC', model: 'Mac Studio', days: fewDays, schedule: eachEvening, isLastPartial: true }],
  },
  {
    name: 'Mercer & Holt Solicitors',
    owner: { name: 'Ruth Mercer', email: 'ruth@mercer-holt.example' },
    plan: 'Bronze',
    isKitMissing: true,
    city: 'Lübeck',
    computers: [
      { name: 'FRONT-DESK', model: 'Elite Mini 800', days: weekly },
      { name: 'JUDGE-LAPTOP', model: 'EliteBook 845', days: [26, 19, 12, 9] },
    ],
  },
]
