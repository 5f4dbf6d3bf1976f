select
  year,
  month,
  carrier,
  max(carrier_name) as carrier_name,
  sum(flights) as flights,
  sum(on_time_share * flights) / sum(flights) as on_time_share,
  rank() over (
    partition by year, month
    order by sum(on_time_share * flights) / sum(flights) desc
  ) as place
from daily_punctuality
group by year, month, carrier
