/**
 * What brings the box back when it is gone, put together: the kits that people keep, and the box's backups of itself.
 * A part of the composition root, beside people.ts.
 */
import { addressForPeople } from './address-for-people.ts'
import type { AlarmsService } from './alarms/alarms-service.ts'
import type { Box } from './box.ts'
import { createKitReminders, type KitReminders } from './recovery-kits/kit-reminders.ts'
import { createRecoveryKits, type RecoveryKits } from './recovery-kits/recovery-kits-service.ts'
import { openServerSecret } from './recovery-kits/server-secret.ts'
import type { Log } from './runtime/log.ts'
import { readVersion } from './runtime/version.ts'
import { createSelfBackups, type SelfBackups } from './self-backups/self-backups-service.ts'
import type { StorageVolumesService } from './storage-volumes/storage-volumes-service.ts'

export interface RecoverySide {
  readonly recoveryKits: RecoveryKits
  readonly kitReminders: KitReminders
  readonly selfBackups: SelfBackups
}

export type RecoverySideOptions = Pick<
  Box,
  'database' | 'dataFolder' | 'boxId' | 'masterKey' | 'authority' | 'clock' | 'randomness' | 'reached'
> & {
  readonly log: Log
  readonly addresses: readonly string[]
  readonly volumes: Pick<StorageVolumesService, 'write'>
  readonly alarms: Pick<AlarmsService, 'raise' | 'settle' | 'report'>
}

export function createRecoverySide(options: RecoverySideOptions): RecoverySide {
  const serverSecret = openServerSecret(options)
  const recoveryKits = createRecoveryKits({ ...options, serverSecret })
  return {
    recoveryKits,
    kitReminders: createKitReminders({ ...options, recoveryKits }),
    selfBackups: createSelfBackups({
      ...options,
      serverSecret,
      version: readVersion(),
    }),
  }
}

/** A port that is free at each start is no address to print. */
export function addressesOnKits(config: Box['config']): readonly string[] {
  return config.port === 0 && config.publicUrl === undefined ? [] : [addressForPeople(config)]
}
