import { errorCatalogue } from '@fanfare/kit';

export const errors = errorCatalogue({
  USERNAME_TAKEN: ['already_exists', 'This username is taken.'],
  EMAIL_TAKEN: ['already_exists', 'An account with this email address exists.'],
  PHONE_TAKEN: ['already_exists', 'An account with this phone number exists.'],
  INVALID_CREDENTIALS: ['unauthenticated', 'The account or the password is not right.'],
  INVALID_REFRESH_TOKEN: ['unauthenticated', 'The refresh token is not valid any more. Log in again.'],
  USER_BANNED: ['forbidden', 'This account is banned.'],
  TOO_MANY_ATTEMPTS: ['exhausted', 'Too many failed attempts. Try again in {retryAfterSeconds} seconds.'],
  USER_NOT_FOUND: ['not_found', 'There is no such user.'],
  OWN_ACCOUNT: ['failed_precondition', 'You cannot do this to your own account.'],
});
