-- Every kind of object a lifecycle is made of, and a name that stays when a guest turns out to be somebody.

alter table onpaid.billing_object drop constraint billing_object_kind_check;
alter table onpaid.billing_object add constraint billing_object_kind_check check (
  kind in (
    'customer', 'subscription', 'invoice', 'checkout', 'payment', 'charge', 'refund', 'dispute', 'fraud_warning',
    'payment_method', 'entitlements', 'product', 'price'
  )
);

-- The subject a customer was first known as: the names of their account and contact are made of it. Null in rows of an
-- older version, where it is subject_id.
alter table onpaid.customer add column origin_subject_id text;
