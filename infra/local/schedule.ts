import { Cron } from 'croner'

/**
 * Runs a job right away (so that work left behind by a killed service is picked up at once) and then every `seconds`, never twice
 * concurrently. A failed run is reported and does not stop the schedule. `stop` waits for the current run.
 */
export function startSchedule(name: string, seconds: number, job: () => Promise<unknown>): { stop(): Promise<void> } {
  let running: Promise<void> | undefined
  const attempt = async () => {
    try {
      await job()
    } catch (error) {
      console.error(`${name} failed:`, error)
    }
    running = undefined
  }
  const run = () => {
    running ??= attempt()
    return running
  }
  void run()
  const cron = new Cron('* * * * * *', { interval: seconds, startAt: new Date(Date.now() + seconds * 1000) }, run)
  return {
    stop: async () => {
      cron.stop()
      await running
    },
  }
}
