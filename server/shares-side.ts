/** Links for people outside an account, put together. A part of the composition root, beside plans-side.ts. */

import type { Database } from './database/database.ts'
import type { DevicesSide } from './devices-side.ts'
import type { LettersService } from './letters/letters-service.ts'
import type { People } from './people.ts'
import type { Repositories } from './repositories/repositories-service.ts'
import type { Clock } from './runtime/clock.ts'
import type { Randomness } from './runtime/randomness.ts'
import { createDeliveries, type DeliveriesService } from './shares/deliveries-service.ts'
import { createFindTold, type FindTold } from './shares/delivery-letters.ts'
import { createRunningDownloads, type RunningDownloads } from './shares/running-downloads.ts'
import { createShareDoor, type ShareDoor } from './shares/share-door-service.ts'
import { createSharePasses } from './shares/share-pass.ts'
import { createShareRules, type ShareRulesService } from './shares/share-rules-service.ts'
import { createShareJudge } from './shares/share-surroundings.ts'
import { createShares, type SharesService } from './shares/shares-service.ts'
import type { Uploads } from './uploads.ts'

export interface SharesSide {
  readonly shares: SharesService
  readonly shareDoor: ShareDoor
  readonly shareRules: ShareRulesService
  readonly deliveries: DeliveriesService
  readonly findTold: FindTold
  readonly running: RunningDownloads
}

export function createSharesSide(
  options: Pick<People, 'customers' | 'subscriptions' | 'users' | 'attempts' | 'hasher' | 'isMailSetUp'> &
    Pick<DevicesSide, 'devices' | 'snapshots' | 'openVersionReader'> & {
      readonly database: Database
      readonly clock: Clock
      readonly randomness: Randomness
      readonly masterKey: Buffer
      /** Of the box, for customers that name none. */
      readonly timeZone: string
      readonly letters: LettersService
      readonly repositories: Pick<Repositories, 'findOfCustomer'>
      readonly uploads: Pick<Uploads, 'deposits' | 'volumes' | 'getRepository'>
    },
): SharesSide {
  const rules = createShareRules(options)
  const findTold = createFindTold(options)
  const running = createRunningDownloads()
  const judge = createShareJudge({ ...options, rules })
  const deliveries = createDeliveries({ ...options, ...options.uploads, findTold })
  return {
    shares: createShares({ ...options, rules, judge, running, endDeliveries: deliveries.withdraw }),
    shareDoor: createShareDoor({ ...options, judge: judge.judge, passes: createSharePasses(options.masterKey) }),
    shareRules: rules,
    running,
    deliveries,
    findTold,
  }
}
