"""Trains and measures the classifier of links: ./dev train links (docs/models.md).

train_links.py DUMP DATA TOP [--research]

DUMP        the program that takes facts and pieces of text from addresses (tools/dump_link_facts.cc)
DATA        folder with links/ and intel/
TOP         the repository: its content/ is read and gets models/links.*, tests/links is read
--research  trains by protocol R on feeds whose terms allow no more, prints its figures and writes nothing

The same inputs and package versions give the same bytes: one thread, fixed seeds, whole numbers in the files.
"""
import argparse
import json
import math
import pathlib
import re
import string
import subprocess
import tempfile
import zlib

import lightgbm
import numpy
import scipy.sparse
import sklearn.linear_model

import link_protocol

BUCKETS = 1 << 17  # src/intel/link_model.h
SCORE_UNIT = 1_000_000
SUM_UNIT = 1000  # src/detect/link/link_model.cc
LOWEST, MIDDLE = ord("0"), 39  # signs of the weights, src/intel/link_model.cc
FOLDS = 4
SIGNS_IN_LINE = 128
MARGIN = 2  # unseen sites give more false alarms than cross-validation says
CARD = pathlib.Path(__file__).with_name("train_links_card.txt")
PARAMETERS = {"objective": "binary", "learning_rate": 0.05, "min_data_in_leaf": 50, "feature_fraction": 0.5, "bagging_fraction": 0.8,
              "bagging_freq": 1, "lambda_l2": 5, "num_threads": 1, "deterministic": True, "force_row_wise": True, "verbose": -1, "seed": 1}
# Chosen on openphish_valid and benign folds 4-6, which neither trained (docs/models.md).
SHIPPED = {"cost": 1.0, "leaves": 7, "rounds": 300}
RESEARCH = {"cost": 3.0, "leaves": 63, "rounds": 300}


def names_of_facts(top):
    text = (top / "src/intel/link_model.h").read_text()
    return re.findall(r'^    "(\w+)",$', text, re.MULTILINE)


class Rows:
    """Addresses as the product sees them: hashed pieces by channel, and numbers."""

    def __init__(self, pieces, counts, facts, domains):
        self.pieces, self.counts, self.facts, self.domains = pieces, counts, facts, domains

    def __len__(self):
        return len(self.domains)

    def __getitem__(self, mask):
        return Rows(self.pieces[mask], self.counts[mask], self.facts[mask], self.domains[mask])

    @staticmethod
    def join(parts):
        return Rows(scipy.sparse.vstack([part.pieces for part in parts]).tocsr(), numpy.vstack([part.counts for part in parts]),
                    numpy.vstack([part.facts for part in parts]), numpy.concatenate([part.domains for part in parts]))

    def sums(self, weights):
        """What link_inputs of src/detect/link/link_model.cc makes of the channels, then all of them together."""
        ends = numpy.cumsum(self.counts.ravel())
        moved = numpy.concatenate([[0], numpy.cumsum(weights[self.pieces.indices].astype(numpy.int64))])
        total = (moved[ends] - moved[ends - self.counts.ravel()]).reshape(self.counts.shape)
        sums = numpy.floor(SUM_UNIT * total / numpy.sqrt(numpy.maximum(self.counts, 1))).astype(numpy.int64)
        return numpy.hstack([sums, sums.sum(1, keepdims=True)])

    def weighted(self):
        """The pieces with one over the root of their channel's number: what the linear model learns from."""
        values = numpy.repeat((1 / numpy.sqrt(numpy.maximum(self.counts, 1))).ravel(), self.counts.ravel())
        return scipy.sparse.csr_matrix((values, self.pieces.indices.copy(), self.pieces.indptr.copy()), shape=self.pieces.shape)


class Dumper:
    def __init__(self, program, content, facts, channels):
        self.program, self.content, self.facts, self.channels = program, content, facts, channels

    def rows(self, addresses):
        with tempfile.TemporaryDirectory() as folder:
            name = pathlib.Path(folder) / "rows"
            done = subprocess.run([self.program, self.content, name], input="\n".join(url for url, _ in addresses) + "\n",
                                  check=True, capture_output=True, text=True, encoding="utf-8")
            assert done.stdout.count("\n") == len(addresses)
            facts = numpy.fromfile(f"{name}.facts", numpy.int32).reshape(-1, self.facts)
            ends = numpy.fromfile(f"{name}.ends", numpy.uint64).astype(numpy.int64)
            buckets = numpy.fromfile(f"{name}.grams", numpy.uint32).astype(numpy.int32)
        counts = numpy.diff(ends, prepend=0).reshape(-1, self.channels)
        starts = numpy.concatenate([[0], ends.reshape(-1, self.channels)[:, -1]])
        pieces = scipy.sparse.csr_matrix((numpy.ones(len(buckets), numpy.int8), buckets, starts), shape=(len(addresses), BUCKETS))
        return Rows(pieces, counts, facts, numpy.array([domain for _, domain in addresses]))


def linear(rows, labels, cost):
    """Whole-number weights of the buckets, -39 to 39."""
    model = sklearn.linear_model.LogisticRegression(C=cost, solver="liblinear", tol=1e-3, max_iter=200)
    weights = model.fit(rows.weighted(), labels).coef_.ravel()
    scale = numpy.quantile(numpy.abs(weights[weights != 0]), 0.999) / MIDDLE
    return numpy.clip(numpy.rint(weights / scale), -MIDDLE, MIDDLE).astype(numpy.int8), scale


def folds_of(domains):
    return numpy.array([zlib.crc32(domain.encode()) % FOLDS for domain in domains])


def cross_fitted(rows, labels, cost, folds):
    """Sums of each row by weights that had not seen its domain."""
    out = None
    for fold in range(FOLDS):
        weights, _ = linear(rows[folds != fold], labels[folds != fold], cost)
        sums = rows[folds == fold].sums(weights)
        if out is None:
            out = numpy.zeros((len(labels), sums.shape[1]), numpy.int64)
        out[folds == fold] = sums
    return out


class Model:
    def __init__(self, rows, labels, setting, hidden=()):
        """`hidden`: numbers of facts the trees may not ask for."""
        folds = folds_of(rows.domains)
        sums = cross_fitted(rows, labels, setting["cost"], folds)
        self.weights, _ = linear(rows, labels, setting["cost"])
        self.setting, self.hidden = setting, hidden
        inputs = numpy.hstack([sums, rows.facts])
        self.out_of_fold = numpy.zeros(len(labels))
        for fold in range(FOLDS):
            booster = self.boost(inputs[folds != fold], labels[folds != fold])
            self.out_of_fold[folds == fold] = booster.predict(self.seen(inputs[folds == fold]), raw_score=True)
        self.booster = self.boost(inputs, labels)
        self.training = self.seen(inputs)

    def seen(self, inputs):
        inputs = inputs.copy()
        inputs[:, list(self.hidden)] = 0
        return inputs

    def boost(self, inputs, labels):
        parameters = PARAMETERS | {"num_leaves": self.setting["leaves"]}
        return lightgbm.train(parameters, lightgbm.Dataset(self.seen(inputs), labels), self.setting["rounds"])

    def inputs(self, rows):
        return self.seen(numpy.hstack([rows.sums(self.weights), rows.facts]))

    def scores(self, rows):
        return self.booster.predict(self.inputs(rows), raw_score=True)


def caught(phishing, benign, share):
    """Of the phishing addresses, the share above the score that at most `share` of the benign ones exceed."""
    return float((phishing > numpy.sort(benign)[::-1][int(share * len(benign))]).mean())


class Data:
    """The sets of link_protocol.py as rows."""

    def __init__(self, arguments):
        self.top = arguments.top
        self.sets = link_protocol.Sets(arguments.data, arguments.top)
        self.names = names_of_facts(self.top)
        channels = sum(name.startswith("text_") for name in self.names)
        self.popular = self.names.index("popular")
        self.dumper = Dumper(arguments.dump, self.top / "content", len(self.names) - channels - 1, channels)
        self.popular_fact = self.popular - channels - 1

    def rows(self, addresses):
        return self.dumper.rows(addresses)

    def well_known(self, without):
        """Of seven in ten the model may not know that they are."""
        rows = self.rows(self.sets.well_known(without))
        rows.facts[numpy.random.RandomState(0).rand(len(rows)) < 0.7, self.popular_fact] = 0
        return rows


def unseen(rows, seen):
    return rows[numpy.array([domain not in seen for domain in rows.domains])]


def research(data):
    train, benign = data.rows(data.sets.openphish("train")), data.rows(data.sets.benign(range(7)))
    test, harmless = data.rows(data.sets.openphish("test")), data.rows(data.sets.benign(range(7, 10)))
    test = unseen(test, set(train.domains))
    rows = Rows.join([train, benign])
    labels = numpy.r_[numpy.ones(len(train)), numpy.zeros(len(benign))]
    out = {"phishing": len(test), "benign": len(harmless)}
    known = [data.popular, data.names.index("own_brand")]
    for name, hidden in (("without popularity", known), ("with popularity", ())):
        model = Model(rows, labels, RESEARCH, hidden)
        bad, good = model.scores(test), model.scores(harmless)
        nominal = numpy.sort(model.out_of_fold[labels == 0])[::-1][int(0.01 / MARGIN * (labels == 0).sum())]
        out[name] = {"tpr_at_1": round(caught(bad, good, 0.01), 3), "tpr_at_0.1": round(caught(bad, good, 0.001), 3),
                     "nominal_1_gives": round(float((good > nominal).mean()), 4)}
    return out


# ---- the model file ------------------------------------------------------------------------------------------------


def points(value):
    return int(math.floor(abs(value) * SCORE_UNIT + 0.5)) * (1 if value >= 0 else -1)


def tree_words(node, inputs, here):
    """Pre-order words of one tree; `here` is the mask of training rows that come to the node."""
    if "leaf_value" in node:
        return [f"={points(node['leaf_value'])}:{max(1, int(here.sum()))}"]
    fact, most = node["split_feature"], math.floor(node["threshold"])
    low = inputs[:, fact] <= most
    return [f"{fact}:{most}"] + tree_words(node["left_child"], inputs, here & low) + tree_words(node["right_child"], inputs, here & ~low)


def score_words(trees, inputs):
    """What src/detect/link/link_model.cc makes of the trees."""
    total = numpy.zeros(len(inputs), numpy.int64)
    for words in trees:
        at = iter(words)

        def walk(here):
            word = next(at)
            if word.startswith("="):
                total[here] += int(word[1:].split(":")[0])
                return
            fact, most = map(int, word.split(":"))
            low = inputs[:, fact] <= most
            walk(here & low)
            walk(here & ~low)

        walk(numpy.ones(len(inputs), bool))
    return total


def quantiles(benign, phishing):
    """Lines that say which score gives how many false alarms of a million, and how many of 10,000 it catches."""
    order, lines, last = numpy.sort(benign)[::-1], [], None
    for per_thousand in (0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 20, 50, 100):
        score = points(order[int(per_thousand / MARGIN / 1000 * len(order))]) + 1
        if last is None or score < last:
            lines.append(f"quantile\t{round(per_thousand * 1000)}\t{round(10_000 * float((phishing * SCORE_UNIT >= score).mean()))}\t{score}")
            last = score
    return lines


def write_model(data, model, lines):
    folder = data.top / "content/models"
    head = ["# The classifier of links, made by ./dev train links (docs/models.md); not for editing.",
            "# source: what it was trained on, and its terms: links.card.md"]
    inputs = model.training
    trees = [tree_words(tree["tree_structure"], inputs, numpy.ones(len(inputs), bool)) for tree in model.booster.dump_model()["tree_info"]]
    signs = "".join(chr(LOWEST + MIDDLE + int(weight)) for weight in model.weights)
    weights = ["weights\t" + signs[at:at + SIGNS_IN_LINE] for at in range(0, len(signs), SIGNS_IN_LINE)]
    (folder / "links.trees.txt").write_text("\n".join([*head, "version\t1", *lines, *(f"fact\t{name}" for name in data.names),
                                                       *("tree\t" + " ".join(words) for words in trees)]) + "\n")
    (folder / "links.weights.txt").write_text("\n".join([*head, *weights]) + "\n")
    return trees


def write_fixture(data, model, trees):
    """Addresses of the repository's own tables with the scores the trainer gives them."""
    lines = ["# Addresses and the score the trainer gives each, in millionths; ./dev train links makes this."]
    urls = []
    for name in ("hosted_pages", "linked_pages"):
        rows = [line.split("\t")[2] for line in (data.top / f"tests/links/{name}.tsv").open() if line[0] != "#"]
        urls += [url for url in rows[1::len(rows) // 20] if "*" not in url]
    urls += ["https://192.0.2.7:8080/wp-content/login.php?id=a@b.example", "https://paypal.com.secure-login.example/verify/account.html",
             "https://xn--80ak6aa92e.example/", "https://login-" + "x7q" * 30 + ".example/" + "A1b2" * 80]
    addresses = [("https://" + link_protocol.plain(url), "") for url in urls]
    rows = data.dumper.rows(addresses)
    scores = score_words(trees, model.inputs(rows))
    lines += [f"{url}\t{score}" for (url, _), score in zip(addresses, scores)]
    (data.top / "tests/fixtures/models/links.tsv").write_text("\n".join(lines) + "\n")


def measure(data, scores_of, train_domains, thresholds):
    out = {}
    test, harmless = unseen(data.rows(data.sets.openphish("test")), train_domains), data.rows(data.sets.benign(range(7, 10)))
    bad, good = scores_of(test), scores_of(harmless)
    out |= {"phishing": len(test), "benign": len(harmless), "at1": f"{caught(bad, good, 0.01):.3f}", "at01": f"{caught(bad, good, 0.001):.3f}"}
    for per_thousand, score in thresholds.items():
        out[f"alarms_{per_thousand}"] = f"{1000 * float((good >= score).mean()):.2f}"
        out[f"caught_{per_thousand}"] = f"{float((bad >= score).mean()):.3f}"
    hosted = data.rows(data.sets.collected("hosted_pages", range(7, 10)))
    linked = data.rows(data.sets.collected("linked_pages", range(7, 10), train_domains))
    for name, rows in (("hosted", hosted), ("linked", linked)):
        scores = scores_of(rows)
        out[name], out[f"{name}_alarms"] = len(rows), f"{1000 * float((scores >= thresholds['1']).mean()):.2f}"
    return out


def train(data):
    sets = data.sets
    evaluation = sets.evaluation_domains()
    phishing = [data.rows(part) for part in sets.phishing(evaluation)]
    harmless = [data.rows(part) for part in sets.harmless_pages(evaluation)] + [data.well_known(evaluation)]
    rows = Rows.join(phishing + harmless)
    bad = sum(map(len, phishing))
    labels = numpy.r_[numpy.ones(bad), numpy.zeros(len(rows) - bad)]
    model = Model(rows, labels, SHIPPED)
    seen = set(rows.domains)
    pages = slice(bad, bad + sum(map(len, harmless[:3])))  # home pages of known sites are easier than what people open
    lines = quantiles(model.out_of_fold[pages], model.scores(unseen(data.rows(sets.openphish("valid")), seen)))
    trees = write_model(data, model, lines)
    difference = numpy.abs(score_words(trees, model.training) / SCORE_UNIT - model.booster.predict(model.training, raw_score=True)).max()
    assert difference < len(trees) / SCORE_UNIT, difference  # half a point a tree, and some
    write_fixture(data, model, trees)
    thresholds = {f"{int(line.split(chr(9))[1]) / 1000:g}": int(line.split("\t")[3]) / SCORE_UNIT for line in lines}
    facts = {"jpcert": len(phishing[0]), "crypto": len(phishing[1]), "allowed": len(harmless[0]), "linked_train": len(harmless[1]),
             "hosted_train": len(harmless[2]), "known": len(harmless[3]), "trees": len(trees)}
    return facts | measure(data, model.scores, seen, thresholds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("dump", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("top", type=pathlib.Path)
    parser.add_argument("--research", action="store_true", help="protocol R; writes nothing")
    arguments = parser.parse_args()
    data = Data(arguments)
    if arguments.research:
        print(json.dumps(research(data), indent=1))
        return
    facts = train(data)
    print(json.dumps(facts, indent=1))
    card = string.Template(CARD.read_text()).substitute({key: str(value) for key, value in facts.items()})
    (arguments.top / "content/models/links.card.md").write_text(card)


if __name__ == "__main__":
    main()
