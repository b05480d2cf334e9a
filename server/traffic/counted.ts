/** What computers send and get, counted while it moves. Downloads count themselves: server/restores/downloads.ts. */
import type { UploadsService } from '../backup-sessions/uploads-service.ts'
import type { RecordsService } from '../records/records-service.ts'
import type { Traffic } from './traffic.ts'

export function countUploads(uploads: UploadsService, traffic: Traffic): UploadsService {
  return {
    receive: async (upload) => {
      const end = traffic.begin()
      try {
        return await uploads.receive(upload)
      } finally {
        end()
      }
    },
  }
}

export function countReads(records: RecordsService, traffic: Traffic): RecordsService {
  return {
    ...records,
    read: async function* (repository, ids, signal) {
      const end = traffic.begin()
      try {
        yield* records.read(repository, ids, signal)
      } finally {
        end()
      }
    },
  }
}
