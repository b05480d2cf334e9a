/** What Bree runs once a minute, in a thread of its own: it says that a minute has passed. All work is done where the services are. */
import { parentPort } from 'node:worker_threads'

parentPort?.postMessage('done')
