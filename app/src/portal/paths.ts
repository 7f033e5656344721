/** Where who already has a plan is sent instead of to a second payment; the sign-in page says why. */
export const ALREADY_SUBSCRIBED = '/account?already=subscribed';
