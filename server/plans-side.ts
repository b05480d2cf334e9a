/** Plans and licences, as far as they need what is backed up: rehearsals, the numbers of a licence. A part of the composition root. */

import type { CustomersService } from './customers/customers-service.ts'
import type { Database } from './database/database.ts'
import type { DevicesService } from './devices/devices-service.ts'
import { createPlanEdits, type PlanEdits } from './plan-edits/plan-edits-service.ts'
import { mayOwnersChange, setOwnersChange } from './plans/plan-settings.ts'
import type { PlansService } from './plans/plans-service.ts'
import { createRehearse, type Rehearse } from './rehearsals/rehearse.ts'
import type { RetentionService } from './retention/retention-service.ts'
import type { Clock } from './runtime/clock.ts'
import type { Id } from './runtime/ids.ts'
import type { Randomness } from './runtime/randomness.ts'
import { type Addressee, listOwnersOf } from './subscriptions/addressees-table.ts'
import { createLicenceStandings, type LicenceStandings } from './subscriptions/licence-standing.ts'
import type { Licences } from './subscriptions/licences-service.ts'

export interface PlansSide {
  readonly rehearse: Rehearse
  readonly licenceStandings: LicenceStandings
  readonly planEdits: PlanEdits
  readonly mayOwnersChange: () => Promise<boolean>
  readonly setOwnersChange: (may: boolean) => Promise<void>
  readonly listOwners: (customerId: Id<'cus'>) => Promise<readonly Addressee[]>
}

export function createPlansSide(options: {
  readonly database: Database
  readonly dataFolder: string
  readonly clock: Clock
  readonly randomness: Randomness
  readonly plans: PlansService
  readonly licences: Licences
  readonly customers: CustomersService
  readonly devices: Pick<DevicesService, 'list'>
  readonly retention: Pick<RetentionService, 'decide' | 'rulesOf'>
}): PlansSide {
  const { kysely } = options.database
  const rehearse = createRehearse(options)
  return {
    rehearse,
    planEdits: createPlanEdits({ ...options, rehearse }),
    licenceStandings: createLicenceStandings(options),
    mayOwnersChange: () => mayOwnersChange(kysely),
    setOwnersChange: (may) => setOwnersChange(kysely, may, options.clock.now()),
    listOwners: (customerId) => listOwnersOf(kysely, customerId),
  }
}
