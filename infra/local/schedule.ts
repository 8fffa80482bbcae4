import { Cron } from 'croner'

/**
 * Runs a job right away (work that a killed service left behind is then found at once) and every `seconds` from then on, never twice at
 * a time. A run that fails is reported, and the next one comes. `stop` waits for the run that is going on.
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
