import { userRegistrations } from '@fanfare/backend';

export const onUserRegistered = userRegistrations({ durable: 'gifting-user' });
