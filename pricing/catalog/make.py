#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the price book from a directory of raw price rows.

Usage: pricing/catalog/make.py SOURCE_DIRECTORY

SOURCE_DIRECTORY holds CSV files with the header
    service,region,sku_or_type,dimension,unit,purchase_option,term,payment,price_usd,effective_date,source
and this script writes <region>/<service>.csv and <region>/missing.csv beside itself. Which raw row prices
which SKU is data: rules.csv names them one by one, and FAMILIES below names the SKUs that exist once per
instance type. The same rows give the same bytes: nothing here reads the clock, the locale or the order of a
directory.

The columns, the units and the rules are explained in pricing/README.md.
"""

import csv
import re
import sys
from collections import defaultdict, namedtuple
from decimal import Decimal
from pathlib import Path

HOME = Path(__file__).resolve().parent

HEADER = ("region,service,sku,description,unit,tier_from,tier_to,price_usd,purchase,effective_date,source,"
          "confidence").split(",")

# Each region, and the other names under which a raw row may apply to it: CloudFront is priced by edge area.
REGIONS = {"eu-west-1": ("eu-west-1", "EU", "global"),
           "eu-west-2": ("eu-west-2", "EU", "global"),
           "us-east-1": ("us-east-1", "US", "global")}

# Usage types carry the region in front (EU-NatGateway-Hours); a SKU here does not.
REGION_PREFIX = re.compile(r"^(EU|EUW2|USE1)-")

# The unit of a SKU, and what the raw rows call it once a multiplier such as "1M" is taken off.
UNITS = {
    "hour": {"hour", "RCU-hour", "WCU-hour"},
    "vCPU-hour": {"vCPU-hour", "hour"},
    "ACU-hour": {"ACU-hour"},
    "LCU-hour": {"LCU-hour"},
    "GB-hour": {"GB-hour"},
    "GB-second": {"GB-second"},
    "GB": {"GB", ""},
    "GB-month": {"GB-month"},
    "month": {"secret-month", "key-month", "ACL-month", "rule-month", "zone-month", "alarm-month",
              "metric-month", "Alarms", "Metrics", "IOPS-month", "MiBps-month"},
    "request": {"requests", "events", "notifications", "traces", "units", "queries", "IOs",
                "WriteRequestUnits", "ReadRequestUnits", ""},
}
MULTIPLIER = re.compile(r"^(\d+)(k|M|) (.*)$")

# One SKU per instance type: files, purchase option, dimension, SKU, description.
Family = namedtuple("Family", "service files purchase dimension sku description")
FAMILIES = (
    Family("AmazonEC2", ("ec2_bulk_linux", "ec2"), "OnDemand", r"Linux shared instance.*",
           "BoxUsage:{}", "Linux instance{}"),
    Family("AmazonEC2", ("ec2_bulk_linux", "ec2"), "Spot", r"Linux spot average.*",
           "SpotUsage:{}", "Linux Spot instance{} at the mean price over zones"),
    Family("AmazonRDS", ("rds",), "OnDemand", r"Aurora PostgreSQL Single-AZ instance",
           "InstanceUsage:{}", "Aurora PostgreSQL Standard instance{}"),
    Family("AmazonRDS", ("rds",), "OnDemand", r"PostgreSQL Single-AZ instance",
           "InstanceUsage:{}:PostgreSQL", "RDS PostgreSQL Single-AZ instance{}"),
    Family("AmazonRDS", ("rds",), "OnDemand", r"PostgreSQL Multi-AZ instance",
           "Multi-AZUsage:{}:PostgreSQL", "RDS PostgreSQL Multi-AZ instance with one standby{}"),
    Family("AmazonElastiCache", ("elasticache",), "OnDemand", r"Redis node",
           "NodeUsage:{}", "ElastiCache for Redis OSS node{}"),
    Family("AmazonElastiCache", ("elasticache",), "OnDemand", r"Valkey (node|.*NodeUsage:cache\..*)",
           "NodeUsage:{}:Valkey", "ElastiCache for Valkey node{}"),
    Family("AmazonES", ("opensearch",), "OnDemand", r"search instance",
           "ESInstance:{}", "OpenSearch instance{}"),
)

# Prices that no raw row gives: region, service, sku, factor, source. Each takes the us-east-1 row times a
# factor, and its source text says so; the prefix makes it "assumed".
BORROWED = (
    ("eu-west-1", "AWSELB", "LCUUsage", "1",
     "assumed: borrowed from us-east-1; no row for Application Load Balancer LCU in this region"),
    ("eu-west-1", "AmazonECS", "Fargate-EphemeralStorage-GB-Hours", "1.1",
     "assumed: us-east-1 price x 1.1; the ratio of the two regions' gp3 storage"),
    ("eu-west-1", "AmazonSNS", "DeliveryAttempts-HTTP", "1",
     "assumed: borrowed from us-east-1; no row for this region"),
    ("eu-west-2", "AmazonSNS", "DeliveryAttempts-HTTP", "1",
     "assumed: borrowed from us-east-1; no row for this region"),
)

# Long source texts, and the short form kept in the book; README.md says what each one is.
SHORTER = (
    (" data/ec2_pricing_tidy.parquet @cbe0a51 (instances.vantage.sh mirror of AWS Price List)", " @cbe0a51"),
    (" data/elasticache-instances.json @f9eafba (instances.vantage.sh)", " @f9eafba"),
    (" data/opensearch-instances.json @f9eafba (instances.vantage.sh)", " @f9eafba"),
    (" www/rds/instances.json @14ede5a5", " @14ede5a5"),
    (" database_savings_plans.csv (AWS Database Savings Plans price list)", ""),
    (" mysql/testdata/2023-02-23-pricing.sql.gz (ingested AWS Price List)", " 2023-02-23"),
    (" internal/providers/terraform/aws/testdata/", " "),
    (" src/clarchy/data/prices/aws.yaml (AWS Price List, as_of 2026-10-01)", ""),
    (" docs/costs/aws-ireland-rates.json (AWS Price List with SKU+version)", ""),
)

CONFIDENCE = ("sourced", "derived", "estimated", "assumed")

FIRST_TIER_ONLY = "; the first paid tier stands for later ones not in the data"


def confidence(source):
    """How far a price may be believed, from the prefix of its source."""
    if source.startswith("derived:"):
        return "derived"
    if source.startswith(("estimate:", "inferred")):
        return "estimated"
    if source.startswith(("general-knowledge", "assumed:")):
        return "assumed"
    return "sourced"


def shorten(source):
    for long, short in SHORTER:
        source = source.replace(long, short)
    return source


def read_csv(path):
    with open(path, newline="", encoding="ascii") as file:
        return list(csv.DictReader(file))


def read_raw(directory, names):
    """The raw rows of the files named, with the region prefix off and the spaces trimmed."""
    rows = []
    for name in sorted(names):
        for row in read_csv(directory / f"{name}.csv"):
            row["file"] = name
            row["bare"] = REGION_PREFIX.sub("", row["sku_or_type"])
            row["dimension"] = row["dimension"].strip()
            rows.append(row)
    return rows


def best(rows):
    """The row to believe: the most confident, then the latest. Equal rows must agree on the price."""
    def rank(row):
        return CONFIDENCE.index(confidence(row["source"])), row["effective_date"]
    rows = sorted(rows, key=lambda row: row["effective_date"], reverse=True)
    rows.sort(key=lambda row: rank(row)[0])
    for row in rows[1:]:
        if rank(row) == rank(rows[0]) and single_price(row) != single_price(rows[0]):
            sys.exit(f"make.py: two equally good prices: {rows[0]} and {row}")
    return rows[0]


def source_unit(text):
    """("1M requests") -> (1000000, "requests")"""
    match = MULTIPLIER.match(text)
    if not match:
        return 1, text
    return int(match[1]) * {"k": 1000, "M": 1000000, "": 1}[match[2]], match[3]


def plain(number):
    """Decimal text without an exponent or needless zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def single_price(row):
    """The price of one unit; the text of the source stands as it is when that already is the price of one."""
    many, _ = source_unit(row["unit"])
    return row["price_usd"] if many == 1 else plain(Decimal(row["price_usd"]) / many)


def make_row(region, service, sku, unit, description, tiers, at):
    """One line of the book for tier `at` of a list of (from, free, raw row)."""
    start, free, raw = tiers[at]
    if source_unit(raw["unit"])[1] not in UNITS[unit]:
        sys.exit(f"make.py: {service} {sku} counts in {unit} but its row in {raw['unit']}")
    return {"region": region, "service": service, "sku": sku, "description": description, "unit": unit,
            "tier_from": start, "tier_to": tiers[at + 1][0] if at + 1 < len(tiers) else "",
            "price_usd": "0" if free else single_price(raw), "purchase": raw["purchase_option"],
            "effective_date": raw["effective_date"], "source": shorten(raw["source"]),
            "confidence": confidence(raw["source"])}


def read_rules():
    """rules.csv as {(service, sku): (unit, description, {tier_from: [(free, file, sku, dimension)]})}."""
    rules, key = {}, None
    for row in read_csv(HOME / "rules.csv"):
        if row["service"]:
            key = (row["service"], row["sku"])
            rules[key] = (row["unit"], row["description"], defaultdict(list))
        rules[key][2][int(row["tier_from"])].append(
            (row["free"] == "free", row["file"], row["source_sku"], row["source_dimension"]))
    return rules


def index_raw(rows):
    index = defaultdict(list)
    for row in rows:
        if row["purchase_option"] in ("OnDemand", "Spot"):
            index[row["file"], row["region"], row["bare"], row["dimension"]].append(row)
    return index


def find_tiers(index, region, tiers):
    """The tiers of one rule that this region has a row for, as (from, free, raw row)."""
    found = []
    for start in sorted(tiers):
        rows = [row for _, file, sku, dimension in tiers[start] for place in REGIONS[region]
                for row in index[file, place, sku, dimension]]
        if rows:
            found.append((start, tiers[start][0][0], best(rows)))
    return found


def ruled(index):
    """The rows of every SKU in rules.csv."""
    rules = read_rules()
    most = {key: max(len(find_tiers(index, region, tiers)) for region in REGIONS)
            for key, (_, _, tiers) in rules.items()}
    for region in REGIONS:
        for (service, sku), (unit, description, tiers) in rules.items():
            found = find_tiers(index, region, tiers)
            if len(found) < most[service, sku]:
                description += FIRST_TIER_ONLY
            for at in range(len(found)):
                yield make_row(region, service, sku, unit, description, found, at)


def shapes(rows):
    """What an instance type is, from the dimension of its on-demand row: " with 4 vCPU and 16 GiB"."""
    found = {}
    for row in rows:
        match = re.search(r"vcpu=(\S+) mem_gib=(\S+)$", row["dimension"])
        if match:
            found[row["sku_or_type"]] = f" with {match[1]} vCPU and {match[2]} GiB"
    return found


def typed(rows):
    """The rows of every SKU that exists once per instance type."""
    shape = shapes(rows)
    for family in FAMILIES:
        groups = defaultdict(list)
        for row in rows:
            if (row["file"] in family.files and row["purchase_option"] == family.purchase
                    and row["region"] in REGIONS and re.fullmatch(family.dimension, row["dimension"])):
                groups[row["region"], row["sku_or_type"]].append(row)
        for (region, kind), group in groups.items():
            yield make_row(region, family.service, family.sku.format(kind), "hour",
                           family.description.format(shape.get(kind, "")), [(0, False, best(group))], 0)


def borrow(book):
    """Adds the rows of BORROWED, which must not hide a real one."""
    for region, service, sku, factor, source in BORROWED:
        if any(row["service"] == service and row["sku"] == sku for row in book[region]):
            sys.exit(f"make.py: {service} {sku} has a row in {region} now; drop it from BORROWED")
        lent = [row for row in book["us-east-1"] if row["service"] == service and row["sku"] == sku]
        for row in lent:
            price = Decimal(row["price_usd"]) * Decimal(factor)
            book[region].append(dict(row, region=region, source=source, confidence="assumed",
                                     effective_date="", price_usd=plain(round(price, 6))))


def check(rows):
    """What every reader may rely on: no price of 0 but an allowance, and never more than 12 decimals."""
    for row in rows:
        price = row["price_usd"]
        if not re.fullmatch(r"\d+(\.\d{1,12})?", price):
            sys.exit(f"make.py: not a plain decimal with at most 12 places: {row}")
        if Decimal(price) == 0 and (row["tier_from"] != 0 or row["tier_to"] == ""):
            sys.exit(f"make.py: a price of 0 that is no allowance: {row}")


def write_csv(path, header, rows):
    path.parent.mkdir(exist_ok=True)
    with open(path, "w", newline="", encoding="ascii") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_region(region, rows, known):
    """The files of one region; what another region prices and this one does not goes to missing.csv."""
    for old in (HOME / region).glob("*.csv"):
        old.unlink()
    services = defaultdict(list)
    for row in rows:
        services[row["service"]].append(row)
    for service, part in services.items():
        part.sort(key=lambda row: (row["sku"], row["tier_from"]))
        write_csv(HOME / region / f"{service}.csv", HEADER, part)
    here = {(row["service"], row["sku"]) for row in rows}
    missing = [{"service": service, "sku": sku, "reason": "no price for this region in the source rows"}
               for service, sku in sorted(known - here)]
    write_csv(HOME / region / "missing.csv", ["service", "sku", "reason"], missing)
    print(f"{region}: {len(rows)} rows, {len(here)} SKUs, {len(missing)} missing")


def main(arguments):
    if arguments in (["-h"], ["--help"]):
        print(__doc__)
        return
    if len(arguments) != 1:
        sys.exit("usage: pricing/catalog/make.py SOURCE_DIRECTORY")
    rules = read_rules()
    names = {file for _, _, tiers in rules.values() for tier in tiers.values() for _, file, _, _ in tier}
    raw = read_raw(Path(arguments[0]), names | {file for family in FAMILIES for file in family.files})
    book = {region: [] for region in REGIONS}
    for row in (*ruled(index_raw(raw)), *typed(raw)):
        book[row["region"]].append(row)
    borrow(book)
    known = set(rules) | {(row["service"], row["sku"]) for rows in book.values() for row in rows}
    for region, rows in book.items():
        check(rows)
        write_region(region, rows, known)


if __name__ == "__main__":
    main(sys.argv[1:])
