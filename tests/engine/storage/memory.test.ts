import { memoryStorage } from '../../../engine/storage/memory.ts'
import { storageContract } from '../../contract/storage.ts'

storageContract('the storage in memory', async () => ({ storage: memoryStorage(), [Symbol.asyncDispose]: async () => undefined }))
