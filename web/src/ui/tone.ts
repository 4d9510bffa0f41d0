// How a state is meant: the five colours that there are for it.

/** `busy`: at work. `warn`: waits for something or somebody. `bad`: does not go on without a person. `quiet`: of no concern. */
export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'quiet'
