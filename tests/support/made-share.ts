import type { ActingAs } from '../../server/audit/audit.ts'
import type { Id } from '../../server/runtime/ids.ts'
import type { DownloadWish, UploadWish } from '../../server/shares/shares-service.ts'
import type { UserIdentity } from '../../server/users/user.ts'
import type { TestApp } from './test-app.ts'

const MiB = 1024 ** 2

/** What a form with nothing but a title would say. */
export const plainWish = { title: 'Harbour House', message: '', note: '', password: '', days: 7 }

export function actingAs({ userId, email }: UserIdentity): ActingAs {
  return { actor: { kind: 'user', userId, email }, address: '192.0.2.1' }
}

/** A link that takes files. */
export function makeUploadLink(
  { sharesSide }: Pick<TestApp, 'sharesSide'>,
  by: UserIdentity,
  customerId: Id<'cus'>,
  more: Partial<UploadWish> = {},
) {
  const wish = { ...plainWish, customerId, bytesMax: 64 * MiB, filesMax: 10, mayMoveInbox: true, ...more }
  return sharesSide.shares.askForFiles(wish, by, actingAs(by))
}

/** A link to files of a version. */
export function makeDownloadLink(
  { sharesSide }: Pick<TestApp, 'sharesSide'>,
  by: UserIdentity,
  wish: Pick<DownloadWish, 'version' | 'paths'> & Partial<DownloadWish>,
) {
  return sharesSide.shares.shareFiles({ ...plainWish, downloadsMax: undefined, ...wish }, by, actingAs(by))
}
