"""Trains and measures the classifier of apps: ./dev train apps (docs/models.md).

train_apps.py DATA CONTENT FIXTURES [--model-only]

DATA      folder with drebin215*.csv.xz, and beside it the sets that are measured on and not shipped from
CONTENT   content/models, which gets apps.trees*.txt and apps.card.md
FIXTURES  tests/fixtures/models, which gets rows with their scores

The same inputs and package versions give the same bytes: one thread, fixed seeds, whole numbers in the files.
"""
import argparse
import collections
import csv
import json
import lzma
import math
import pathlib
import string

import lightgbm
import numpy
import sklearn.ensemble

SCORE_UNIT = 1_000_000  # src/intel/app_model.h
SEEDS = range(20)
WAYS = ("monotone", "free", "forest")
HELD_OUT = 0.3
FOLDS = 5
NEAR = 3  # Hamming distance up to which a test app counts as one that was seen
TREES_IN_FILE = 40  # keeps each file below the size a text file of the repository may have
CARD = pathlib.Path(__file__).with_name("train_apps_card.txt")

# Chosen by five-fold cross-validation inside the training parts of the first seeds (docs/models.md).
ROUNDS = 300
PARAMETERS = {
    "objective": "binary", "learning_rate": 0.1, "num_leaves": 127, "min_data_in_leaf": 1, "extra_trees": True,
    "feature_fraction": 0.3, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 0.3, "scale_pos_weight": 6, "max_bin": 3,
    "num_threads": 1, "deterministic": True, "force_row_wise": True, "verbose": -1,
}


def read_csv(path):
    with lzma.open(path, "rt", newline="") as lines:
        rows = csv.reader(lines)
        return next(rows), list(rows)


def read_drebin(folder):
    """Columns, and the unique vectors in a fixed order as 0/1 rows with their labels (1: malware)."""
    (path,) = sorted(folder.glob("drebin215*.csv.xz"))
    header, rows = read_csv(path)
    labels = collections.defaultdict(set)
    for row in rows:
        # A cell that is neither (there is one) counts as not there.
        labels[tuple(cell == "1" for cell in row[:-1])].add(row[-1] == "S")
    vectors = sorted(vector for vector, seen in labels.items() if len(seen) == 1)
    facts = {"rows": len(rows), "unique": len(labels), "conflicting": len(labels) - len(vectors)}
    malware = numpy.array([True in labels[vector] for vector in vectors])
    return header[:-1], numpy.array(vectors, dtype=float), malware.astype(int), facts


def held_out(labels, seed):
    """A mask of 30 % of each label's rows."""
    random = numpy.random.RandomState(seed)
    test = numpy.zeros(len(labels), bool)
    for label in (0, 1):
        rows = numpy.flatnonzero(labels == label)
        random.shuffle(rows)
        test[rows[:round(HELD_OUT * len(rows))]] = True
    return test


def leaning(rows, labels):
    """1 for facts that lean to malware (their presence must not lower a score), else 0.

    A fact does when it is at least half as frequent again among malware, beyond five standard errors.
    """
    count = {label: (labels == label).sum() for label in (0, 1)}
    malware = (rows[labels == 1].sum(0) + 0.5) / (count[1] + 1)
    benign = (rows[labels == 0].sum(0) + 0.5) / (count[0] + 1)
    both = (malware * count[1] + benign * count[0]) / len(labels)
    error = numpy.sqrt(both * (1 - both) * (1 / count[1] + 1 / count[0]))
    return ((malware >= 1.5 * benign) & (malware - benign >= 5 * error)).astype(int).tolist()


def fit(rows, labels, seed, monotone=True):
    parameters = PARAMETERS | {"seed": seed}
    if monotone:
        parameters["monotone_constraints"] = leaning(rows, labels)
    return lightgbm.train(parameters, lightgbm.Dataset(rows, labels), ROUNDS)


def raw_scores(booster, rows):
    return booster.predict(rows, raw_score=True, num_threads=1)


def caught(scores, labels, share):
    """Of the malware, the share above the score that at most `share` of the benign rows exceed."""
    benign = numpy.sort(scores[labels == 0])[::-1]
    return float((scores[labels == 1] > benign[int(share * len(benign))]).mean())


def area(scores, labels):
    order = numpy.sort(scores[labels == 0])
    malware = scores[labels == 1]
    below = numpy.searchsorted(order, malware, "left") + numpy.searchsorted(order, malware, "right")
    return float(below.mean() / 2 / len(order))


def far_from(train, test):
    """Mask of the test rows further than NEAR from every training row."""
    nearest = numpy.full(len(test), numpy.inf)
    for start in range(0, len(test), 500):
        part = test[start:start + 500]
        distance = part @ (1 - train).T + (1 - part) @ train.T
        nearest[start:start + 500] = distance.min(1)
    return nearest > NEAR


def scores_of(way, rows, labels, seed, others):
    """Of the other rows, by what was made from the rows in one of the WAYS."""
    if way == "forest":  # what everybody would try first, to compare with
        forest = sklearn.ensemble.RandomForestClassifier(500, random_state=seed).fit(rows, labels)
        return forest.predict_proba(others)[:, 1]
    return raw_scores(fit(rows, labels, seed, way == "monotone"), others)


def measure(rows, labels, test, seed, way):
    scores, truth = scores_of(way, rows[~test], labels[~test], seed, rows[test]), labels[test]
    far = far_from(rows[~test], rows[test]) | (truth == 0)
    return {"at1": caught(scores, truth, 0.01), "at01": caught(scores, truth, 0.001), "auc": area(scores, truth),
            "far": caught(scores[far], truth[far], 0.01), "far_share": float(far[truth == 1].mean())}


def summary(results):
    """By name: mean and, over the seeds, the 2.5 % and 97.5 % points, as text."""
    out = {}
    for name in results[0]:
        values = [result[name] for result in results]
        low, high = numpy.percentile(values, [2.5, 97.5])
        out[name] = f"{numpy.mean(values):.3f} ({low:.3f}-{high:.3f})"
    return out


def protocol(rows, labels, way, seeds):
    results = []
    for seed in seeds:
        results.append(measure(rows, labels, held_out(labels, seed), seed, way))
        print(f"  seed {seed}, {way}: "
              + ", ".join(f"{name} {value:.3f}" for name, value in results[-1].items()), flush=True)
    return summary(results)


# ---- the model file ------------------------------------------------------------------------------------------------


def points(value):
    return int(math.floor(abs(value) * SCORE_UNIT + 0.5)) * (1 if value >= 0 else -1)


def tree_words(node, rows, here):
    """Pre-order words of one tree; `here` is the mask of training rows that come to the node."""
    if "leaf_value" in node:
        return [f"={points(node['leaf_value'])}:{max(1, int(here.sum()))}"]
    fact = node["split_feature"]
    present = rows[:, fact] == 1
    return [str(fact)] + tree_words(node["left_child"], rows, here & ~present) \
        + tree_words(node["right_child"], rows, here & present)


def score_words(words, vectors):
    """What src/detect/app/model.cc makes of rows whose facts are all known."""
    at = iter(words)

    def walk(here):
        word = next(at)
        if word.startswith("="):
            return int(word[1:].split(":")[0]) * here.astype(numpy.int64)
        present = vectors[:, int(word)] == 1
        absent = walk(here & ~present)
        return absent + walk(here & present)

    return walk(numpy.ones(len(vectors), bool))


def wilson_high(hits, of):
    z = 1.959963984540054
    share = hits / of
    centre = (share + z * z / (2 * of)) / (1 + z * z / of)
    return centre + z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))


def out_of_fold(rows, labels):
    """Scores of each row by a model that had not seen it."""
    fold = numpy.random.RandomState(0).permutation(len(labels)) % FOLDS
    scores = numpy.zeros(len(labels))
    for part in range(FOLDS):
        booster = fit(rows[fold != part], labels[fold != part], part)
        scores[fold == part] = raw_scores(booster, rows[fold == part])
    return scores


def calibrate(scores, labels):
    """The threshold, and lines that say how many benign rows score how high."""
    benign = numpy.sort(scores[labels == 0])[::-1]
    # As many false alarms as leave the upper end of their share's 95 % interval at or below 1 %.
    alarms = max(k for k in range(len(benign)) if wilson_high(k, len(benign)) <= 0.01)
    threshold = points((benign[alarms - 1] + benign[alarms]) / 2)
    quantiles = []
    for share in (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001):
        count = round(share * len(benign))
        quantiles.append(f"quantile\t{points(benign[count - 1])}\t{count}\t{len(benign)}")
    return threshold, alarms, quantiles


def write_model(folder, columns, rows, booster, threshold, quantiles):
    trees = [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]]
    everything = numpy.ones(len(rows), bool)
    words = [tree_words(tree, rows, everything) for tree in trees]
    for old in folder.glob("apps.trees*.txt"):
        old.unlink()
    head = ["# Trees of the classifier of apps, made by ./dev train apps (docs/models.md); not for editing.",
            "# source: trained on Drebin-215, Suleiman Yerima (doi:10.6084/m9.figshare.5854653), CC BY 4.0"]
    first = ["version\t1", f"threshold\t{threshold}", *quantiles, *(f"fact\t{column}" for column in columns)]
    for number, start in enumerate(range(0, len(words), TREES_IN_FILE), 1):
        lines = head + (first if number == 1 else [])
        lines += ["tree\t" + " ".join(tree) for tree in words[start:start + TREES_IN_FILE]]
        (folder / f"apps.trees.{number:02}.txt").write_text("\n".join(lines) + "\n")
    return words


def write_fixture(folder, rows, labels, scores):
    folder.mkdir(parents=True, exist_ok=True)
    chosen = [row for label in (0, 1) for row in numpy.array_split(numpy.flatnonzero(labels == label), 24)]
    chosen = [part[0] for part in chosen]
    lines = ["# Rows of Drebin-215 (Suleiman Yerima, CC BY 4.0) and the score the trainer gives each; ./dev train apps makes this."]
    lines += ["".join("1" if cell else "0" for cell in rows[row]) + f"\t{scores[row]}" for row in chosen]
    (folder / "apps.tsv").write_text("\n".join(lines) + "\n")


def train(columns, rows, labels, arguments):
    """Writes the model and its fixture; gives what the card says about the threshold."""
    scores = out_of_fold(rows, labels)
    threshold, alarms, quantiles = calibrate(scores, labels)
    booster = fit(rows, labels, seed=0)
    words = write_model(arguments.content, columns, rows, booster, threshold, quantiles)
    whole = sum(score_words(tree, rows) for tree in words)
    difference = numpy.abs(whole / SCORE_UNIT - raw_scores(booster, rows)).max()
    assert difference < len(words) / SCORE_UNIT, difference  # half a point a tree, and some
    write_fixture(arguments.fixtures, rows, labels, whole)
    files = sorted(arguments.content.glob("apps.trees*.txt"))
    return {"leaning": sum(leaning(rows, labels)), "threshold": f"{threshold / SCORE_UNIT:.3f}", "alarms": alarms, "benign": int((labels == 0).sum()),
            "threshold_tpr": f"{(scores[labels == 1] * SCORE_UNIT >= threshold).mean():.3f}",
            "trees": len(words), "size": sum(file.stat().st_size for file in files) // 1000}


# ---- the other sets: the same approach, nothing of them ships ----------------------------------------------------


def read_defensedroid(folder):
    (path,) = sorted(folder.glob("defensedroid*.csv.xz"))
    _, rows = read_csv(path)
    labels = collections.defaultdict(set)
    for row in rows:
        labels["".join(row[:-1])].add(row[-1])
    vectors = sorted(vector for vector, seen in labels.items() if len(seen) == 1)
    malware = [labels[vector] == {"1"} for vector in vectors]
    return numpy.array([[cell == "1" for cell in vector] for vector in vectors], dtype=float), numpy.array(malware).astype(int)


def read_kronodroid(folder):
    """Static facts alone: permissions and the manifest's counts; with the package of each row."""
    (path,) = sorted(folder.glob("kronodroid*.csv.xz"))
    header, rows = read_csv(path)
    first, last = header.index("ACCEPT_HANDOVER"), header.index("total_perm")
    used = list(range(first, last + 1))
    used += [header.index(name) for name in ("Activities", "NrIntServices", "NrIntServicesActions", "NrIntActivities",
                                             "NrIntActivitiesActions", "NrIntReceivers", "NrIntReceiversActions",
                                             "TotalIntentFilters", "NrServices")]
    values = numpy.array([[float(row[column] or 0) for column in used] for row in rows])
    malware = numpy.array([int(row[header.index("Malware")]) for row in rows])
    return values, malware, numpy.array([row[header.index("Package")] for row in rows])


def packages_held_out(packages, seed):
    names = sorted(set(packages))
    numpy.random.RandomState(seed).shuffle(names)
    return numpy.isin(packages, names[:round(HELD_OUT * len(names))])


def measure_others(folder, seeds):
    out = {}
    rows, labels = read_defensedroid(folder)
    out["defensedroid_rows"] = len(labels)
    results = [measure(rows, labels, held_out(labels, seed), seed, "monotone") for seed in seeds]
    out |= {f"defensedroid_{name}": text for name, text in summary(results).items()}
    PARAMETERS["max_bin"] = 255  # counts, not only 0 and 1
    rows, labels, packages = read_kronodroid(folder)
    results = []
    for seed in seeds:
        test = packages_held_out(packages, seed)
        scores = raw_scores(fit(rows[~test], labels[~test], seed), rows[test])
        results.append({"at1": caught(scores, labels[test], 0.01), "auc": area(scores, labels[test])})
    out |= {f"kronodroid_{name}": text for name, text in summary(results).items()}
    return out | {"kronodroid_rows": len(labels), "kronodroid_malware": int(labels.sum())}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("content", type=pathlib.Path)
    parser.add_argument("fixtures", type=pathlib.Path)
    parser.add_argument("--model-only", action="store_true", help="write the model, measure nothing, keep the card")
    arguments = parser.parse_args()
    columns, rows, labels, facts = read_drebin(arguments.data)
    facts |= {"malware": int(labels.sum())} | train(columns, rows, labels, arguments)
    if arguments.model_only:
        return
    for way in WAYS:
        facts |= {f"{way}_{key}": value for key, value in protocol(rows, labels, way, SEEDS).items()}
    facts |= measure_others(arguments.data, range(3))
    print(json.dumps(facts, indent=1))
    card = string.Template(CARD.read_text()).substitute({key: str(value) for key, value in facts.items()})
    (arguments.content / "apps.card.md").write_text(card)


if __name__ == "__main__":
    main()
