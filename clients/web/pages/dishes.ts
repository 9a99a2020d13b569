/**
 * The 64 dishes as small pictures, so that a slip of the pen is seen and not read.
 *
 * A drawing is a row of marks on a field of 33 × 33, each coordinate one digit from 0 to w:
 *
 *     eRgg43   ellipse, red, at 16,16, 4 × 3      cRgg4    circle of 4
 *     rR44oo   rectangle at 4,4, 24 × 24          oRgg4    ring
 *     tRgg43   the upper half of an ellipse       bRgg43   the lower half
 *     pR4gs4…  polygon                            lR4gs4…  line
 *     qR4ggas4 curve from 4,16 by 16,10 to 28,4   dR4gs4…  dots
 *
 * AR is a bowl of something red, L a plate, D a board.
 */

import { svg } from "./dom.ts";

const COLOURS: Readonly<Record<string, string>> = {
  ...{ R: "#b5304b", O: "#e0862a", Y: "#efc13e", G: "#4f8a3a", g: "#a8c766", B: "#84522f" },
  ...{ b: "#cd9452", W: "#fffdf6", K: "#3b332f", P: "#efa3b1", V: "#6c4780", S: "#a3b0b8" },
  ...{ C: "#f4e0b8", T: "#4c7d88", U: "#8fb2d6", M: "#bf4f38" },
};

const DISHES: Readonly<Record<string, string>> = {
  "cold-beetroot-soup": "AP eWbd32 cYbd1 dGgcidmckegf",
  "pumpkin-soup": "AO qC9dgfne dGgclc",
  "fish-soup": "AC pSkcqapg eSec62 dKacae dOlfge",
  ramen: "lBo0gd lBs0kd AB qY9ccgge qYecigld qYbdefif eWmd32 cOmd1",
  porridge: "AC cRbd1 cVfc1 cRke1 cVhe1 cRlc1",
  "fried-eggs": "rKmg93 cKdid cSdia cWai5 cWgk4 cWee4 cYai2 cYgk2",
  "boiled-egg": "eCgb69 eOg642 bUgfa8 rUem45 eUgs82",
  omelette: "L tYgmdc qO9kgdnk dGdhghkhgk",
  pancakes: "L eBgna3 eOgma3 eBgka3 eOgja3 eBgha3 eOgga3 rYcd84 eYgg62",
  waffle: "rb44oo lBc4cs lBk4ks lB4csc lB4ksk rYdd77",
  "potato-pancakes": "L ebai64 eOai42 ebmi64 eOmi42 ebgm74 eOgm52 eWgg53",
  pelmeni: "AW cC9c3 cCfa4 cClc3 cCdd3 cCid3 dbbcfbldidbd",
  "cabbage-rolls": "L rg4f94 rgjf94 rgb9a5 qG6hagdh qGlhogrh qGcbgakc eRgn93",
  "stuffed-pepper": "cRai9 cRmi9 cRgk9 eCga94 dBdahaca lGl8p3",
  "baked-potato": "L eBgid8 eYgg94 rWed65 dGafmfggih",
  chips: "rYa53e rOe13i rYi33f rOm53c pR7epenu9u qC9lgpnl",
  corn: "eYgd6d dOe6i6e9i9ecicefifg8gbge pG3dgvav pGtdgvmv",
  pilaf: "L tYgmdc dOchgekjfiji8knlge rMcf63 cWgc3",
  spaghetti: "L eYgid7 qO7hgbph qO7jgspj qO9mgcnm cRge5 cMee2 cMie2 dGgb",
  lasagne: "L rY5al4 rR5dl3 rY5gl3 rR5jl3 rY5ml3 dBabgbmbdckc",
  pizza: "pY47s7gv rb34q5 cRbc3 cRkc3 cRgk3 dGgdenih",
  khachapuri: "pb0gg3wggt eCgga7 cWgg5 cOgg3",
  cheburek: "tBgnff tOgndd dBdjhgkkgk dC4m8fgbofsm",
  cutlet: "L tYml99 qCijmfqj eBak85 qKajckej dGnf",
  steak: "L eMgid8 ePgib6 eMghb6 cCmf3 cPmf1 lKafem lKedim",
  ribs: "lC748t lCd4dt lCj4jt lCp4pt rM4bod qB6egdqe qB6lgkql",
  "roast-chicken": "L ebfic8 ebme64 lCpcu7 cCu62 cCv82 qB8ggjmf qBcmgokm",
  shashlik: "lS1vv1 cM7p4 cGcl3 cMhg4 cRlb3 cMp74",
  "sausage-ring": "oMgh9 cMda3 cMja3 lCc5ga lCk5ga",
  aspic: "L rS69ke eM9l52 rMge63 cOce2 cWmk2 dGicacml",
  salo: "D rP3bkb rC3bk4 rb3lk2 lRa8ah cWqi5 lSqdqa qSmigmqn",
  "baked-fish": "L pSnhvavo eSdhc6 cK6g1 qTadehak lTgeih lTjeli cYom3 cWom1",
  crayfish: "lRdb55 lRjbr5 cR543 cRr43 c.641 c.q41 eRgf57 eRgo44 pRgpatmt lR6hbg lRqhlg lR7mbk lRpmlk dKe9i9",
  mussels: "eV9868 eO9935 eVn868 eOn935 eVgma8 eOgn64 eYgn32",
  sushi: "D rC4gm7 tOghd9 qCa9cdbg qCi8keig rKdc6c",
  onigiri: "pCg2vs1s rCbmaa rKajcb dSgfeg",
  falafel: "L cBaj5 cBmj5 cBgk5 cBde5 cBje5 cBg95 dgaicegkjfg9mk",
  shawarma: "cGb54 cRg44 cYl54 pb67q7kwcw pSaimikwcw lB9dmf",
  cheesecake: "pC2dtate pY2dtdtp2p pB2otots2s cRm92 cRfb2",
  hamburger: "tbgdeb rG1dv3 rY4fo2 rB2hs5 rb3mq7 dCa8g5m8d9kc",
  "hot-dog": "rb3aqe rM0dw7 lY4g8edhheliperg",
  "open-sandwich": "D rb2es8 rY2ds3 cRac5 cRmc5 cGgb5 cggb3",
  canapes: "lB717u lBg1gu lBp1pu cG743 rR4866 rY4e66 rb3k95 cKg43 rYd866 rRde66 rbck95 cGp43 rRm866 rYme66 rblk95",
  "greek-salad": "AG cR8b3 cRmb3 rWc965 rWic65 cKhb1 cKfd1 cGkd2 cgad2",
  "dressed-herring": "L rS5jl4 rO5gl4 rC5el3 rG5cl2 rV57l6 cYg63 dC89c8k8o9",
  ratatouille: "eKgggd eBggeb cR8g4 cGcg4 cVgg4 cYkg4 cRog4 cV9b3 cYdb3 cRhb3 cGlb3 cY9l3 cRdl3 cGhl3 cVll3",
  fondue: "lSt0id rbq066 lS30ed rb0066 AY rKarc2 cOgu2 cYgv1",
  "cheese-board": "D pY1lo7ol rO1lo2 cOkf2 cOfi2 cOkj1 cVtf2 cVsi2 cVul2 cVqk2",
  pickles: "rU77io rK82g5 eGci37 eGgj37 eGki37 dYgagbcgcjgkkjkf",
  korovai: "rW0qw6 dR3s9sgsmsts tbgqfj qBcqgaeb qB3ogits oCgf3 dCgf9jnjclklg9",
  pretzel: "obae6 obme6 obgl6 dWaegjme7gpg",
  croissant: "cb5n4 cB8h5 cbgc8 cBoh5 cbrn4 lOc6ej lOk6ij",
  "poppy-seed-roll": "cbgge oKgga oKgg5 cKgg1",
  "apple-pie": "cBgge cYggc lb6crc lb4gsg lb6krk lbc6cq lbg4gs lbk6kq cRgg4 lKgdia",
  "layer-cake": "lU9a9h lRgagh lUnanh dO97g7n7 rP4gof rC4go4 rR4no2 eSgve1",
  doughnut: "cbgge cPggd c.gg4 lU8e9c lYd7f8 lGm9ob lUpill lYkpio lWbndp lGaj8k",
  eclair: "rb1dud rK2bs9 lC5f8ccffciflcofrc",
  "gingerbread-man": "cBg76 rB3cq6 rBbcac rBam5a rBhm5a dCe6i6gfgjgn qCd9gcj9 lC4d4g lCrdrg",
  "cockerel-lollipop": "lbgmgw eRgha7 pR7i2714al cRn94 pRk6n3p6s4r8 pYq8vaqb pRagiomi dKo8",
  "candy-floss": "pCekikgw cP9b7 cPnb7 cPg67 cPgg8 cPbi5 cPli5 qWaagdeg",
  "toffee-apple": "lbg0gb cRbk9 cRlk9 tBgief dBbiginiejlk cP8l2",
  "ice-cream": "pb8enegw lBbfkm lBlfcm cPca6 cCka6 cBg46 cRg01",
  "banana-split": "cP8d6 cCgb6 cBod6 cRg52 eYgkf5 eOgmf3 bUgmga rUcta2",
  watermelon: "bGg9fi bCg9ef bRg9dd dKabgbmbcgkgggekik",
};

/** The picture named *name*; an empty one if there is none. The name beside it says what it is. */
export function picture(name: string): SVGElement {
  const marks = DISHES[name]?.split(" ").flatMap(drawn) ?? [];
  return svg("svg", { viewBox: "-1 -1 34 34", class: "dish", "aria-hidden": "true" }, ...marks);
}

function drawn(mark: string): SVGElement[] {
  const colour = mark.charAt(1);
  if (mark.startsWith("A")) return ["bTgcfi", "eSgcf4", `e${colour}gcd3`].flatMap(drawn);
  if (mark === "L") return ["eSgnf8", "eWgmd6"].flatMap(drawn);
  if (mark === "D") return drawn("rB0mw6");
  const at = Array.from(mark.slice(2), (digit) => parseInt(digit, 36));
  const [x = 0, y = 0, w = 0, v = w, x2 = 0, y2 = 0] = at;
  const fill = COLOURS[colour] ?? "var(--paper)";
  const stroke = {
    fill: "none",
    stroke: fill,
    "stroke-width": 2,
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
  };
  switch (mark.charAt(0)) {
    case "r":
      return [svg("rect", { x, y, width: w, height: v, rx: 1.5, fill })];
    case "o":
      return [svg("circle", { cx: x, cy: y, r: w, ...stroke, "stroke-width": 3.5 })];
    case "t":
    case "b": {
      const sweep = mark.startsWith("t") ? 1 : 0;
      const d = ["M", x - w, y, "A", w, v, 0, 0, sweep, x + w, y, "Z"].join(" ");
      return [svg("path", { d, fill })];
    }
    case "p":
      return [svg("polygon", { points: at.join(" "), fill })];
    case "l":
      return [svg("polyline", { points: at.join(" "), ...stroke })];
    case "q":
      return [svg("path", { d: ["M", x, y, "Q", w, v, x2, y2].join(" "), ...stroke })];
    case "d":
      return at.flatMap((cx, place) =>
        place % 2 === 0 ? [svg("circle", { cx, cy: at[place + 1] ?? 0, r: 1.2, fill })] : [],
      );
    default:
      return [svg("ellipse", { cx: x, cy: y, rx: w, ry: v, fill })];
  }
}

export const PICTURES: ReadonlySet<string> = new Set(Object.keys(DISHES));
