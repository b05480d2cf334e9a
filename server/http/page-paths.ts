/** The addresses of pages and downloads, in one place. */
import type { Id } from '../runtime/ids.ts'
import { encodeVersionPath, type VersionPath } from '../snapshots/version-path.ts'

export const computerPath = (deviceId: Id<'dev'>) => `/computers/${deviceId}`
export const activityPath = '/activity'
export const runPath = (runId: Id<'run'>) => `/activity/${runId}`
export const jobsPath = (deviceId: Id<'dev'>) => `/computers/${deviceId}/jobs`
export const ordersPath = (deviceId: Id<'dev'>) => `/computers/${deviceId}/orders`
export const browsePath = (id: Id<'snap'>, path: VersionPath = []) => `/versions/${id}/browse${encodeVersionPath(path)}`
export const filePath = (id: Id<'snap'>, path: VersionPath) => `/versions/${id}/file${encodeVersionPath(path)}`
export const zipPath = (id: Id<'snap'>, path: VersionPath) => `/versions/${id}/zip${encodeVersionPath(path)}`
export const tarPath = (id: Id<'snap'>, path: VersionPath) => `/versions/${id}/tar${encodeVersionPath(path)}`
export const previewPath = (id: Id<'snap'>, path: VersionPath) => `/versions/${id}/preview${encodeVersionPath(path)}`
export const picturePath = (id: Id<'snap'>, path: VersionPath) => `/versions/${id}/picture${encodeVersionPath(path)}`
export const thumbnailPath = (id: Id<'snap'>, path: VersionPath) => `/versions/${id}/thumbnail${encodeVersionPath(path)}`
export const sharingPath = '/sharing'
export const linkPath = (shareId: Id<'shr'>) => `${sharingPath}/${shareId}`
export const newSharePath = (id: Id<'snap'>, path: VersionPath) =>
  `/sharing/new?${new URLSearchParams({ version: id, path: encodeVersionPath(path) })}`
export const restoresPath = '/restores'
/** Where something of a version is sent back to a computer, or made as it was. The top of the version is `/`. */
export const newRestorePath = (of: {
  readonly version: Id<'snap'>
  readonly paths: readonly VersionPath[] | 'basket'
  readonly mode?: 'revert'
  /** The revert that is taken back: its paths count. */
  readonly undoes?: Id<'rst'>
  /** What is asked for once more: its paths count. */
  readonly again?: Id<'rst'>
}) => {
  const paths =
    of.paths === 'basket'
      ? '&from=basket'
      : of.paths.map((path) => `&path=${encodeURIComponent(encodeVersionPath(path) || '/')}`).join('')
  const mode = of.mode === undefined ? '' : `&mode=${of.mode}`
  const like = `${of.undoes === undefined ? '' : `&undoes=${of.undoes}`}${of.again === undefined ? '' : `&again=${of.again}`}`
  return `/restores/new?version=${of.version}${paths}${mode}${like}`
}
export const restoreOrderPath = (restoreId: Id<'rst'>) => `/restores/${restoreId}`
export const skippedPath = (id: Id<'snap'>) => `/versions/${id}/skipped`
export const restorePath = '/restore'
export const historyPath = (of: { readonly deviceId: Id<'dev'>; readonly job: string; readonly path: VersionPath }) =>
  `/restore/history?${new URLSearchParams({ device: of.deviceId, job: of.job, path: encodeVersionPath(of.path) })}`
export const changesPath = (of: { readonly from: Id<'snap'>; readonly to: Id<'snap'>; readonly path: VersionPath }) =>
  `/restore/changes?${new URLSearchParams({ from: of.from, to: of.to, path: encodeVersionPath(of.path) })}`
export const customerPath = (customerId: Id<'cus'>) => `/customers/${customerId}`
export const recoveryKitPath = (customerId: Id<'cus'>) => `/customers/${customerId}/recovery-kit`
export const serverRecoveryPath = '/storage/recovery'
export const basketPath = (customerId: Id<'cus'>) => `/basket?of=${customerId}`
/** Everything in it. */
export const basketDownloadPath = (customerId: Id<'cus'>, as: 'zip' | 'tar') => `/basket/download?of=${customerId}&as=${as}`
