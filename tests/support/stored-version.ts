/** A version whose files are stored, for tests of what reads them: its tree and its bytes are written into the box's repository. */
import type { Connected } from '../../server/devices/connect-service.ts'
import type { Snapshot } from '../../server/snapshots/snapshot.ts'
import { insertVersion } from './insert-version.ts'
import { type Folder, RepositoryWriter } from './store-tree.ts'
import type { TestApp } from './test-app.ts'

/** `make` gives the top folder, and may add folders and bytes to the writer. */
export async function storeVersion(
  box: TestApp,
  connected: Pick<Connected, 'device' | 'customer'>,
  make: (writer: RepositoryWriter) => Folder,
  more: Parameters<typeof insertVersion>[2] = {},
): Promise<Snapshot> {
  const repository = await box.repositories.findOfCustomer(connected.customer.customerId)
  if (repository === undefined) throw new Error('the customer has no repository')
  const writer = await RepositoryWriter.open({ ...box, repository, openSecrets: box.repositories.openSecrets })
  const root = writer.addFolder(make(writer))
  await writer.flush()
  return insertVersion(box, connected, { root, ...more })
}
