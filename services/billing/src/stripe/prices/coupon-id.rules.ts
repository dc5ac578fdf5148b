/** How a coupon is called at Stripe: what it gives never changes there, so its terms are a part of its name. */
export const couponId = (coupon: string, digest: string): string => `tidegate_${coupon}_${digest}`;

/** The coupon of the catalogue that one at Stripe is, with whichever terms. Undefined: somebody else's. */
export const couponKey = (id: string): string | undefined => /^tidegate_(.+)_[0-9a-f]{10}$/.exec(id)?.[1];
