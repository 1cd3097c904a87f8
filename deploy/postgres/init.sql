-- One database and one role for each service: a join across services is impossible, not only forbidden.
create role identity login password 'fanfare';
create database identity owner identity;
create role economy login password 'fanfare';
create database economy owner economy;
create role gifting login password 'fanfare';
create database gifting owner gifting;
create role rooms login password 'fanfare';
create database rooms owner rooms;
