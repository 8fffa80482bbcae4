import { playSeeds } from './play.ts'

playSeeds(13, 25)
