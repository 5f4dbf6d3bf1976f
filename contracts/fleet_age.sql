with flown as (
  select
    tailnum,
    max(year) as last_year,
    count(*) as flights,
    count(dep_delay) as departed,
    sum(dep_delay) as delay
  from flights
  group by tailnum
)
select
  planes.manufacturer,
  count(*) as planes,
  sum(flown.flights) as flights,
  avg(flown.last_year - planes.year) as mean_age,
  cast(sum(flown.delay) as double) / sum(flown.departed) as mean_departure_delay
from planes
join flown on flown.tailnum = planes.tailnum
group by planes.manufacturer
