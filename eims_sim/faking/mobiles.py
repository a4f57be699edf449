"""What do mobile numbers look like in a country?"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from faker.generator import Generator


class Mobile(NamedTuple):
    """The calling code, how the national part of a mobile number may begin, and how many digits it has in all."""

    calling_code: str
    beginnings: tuple[str, ...]
    length: int

    def draw(self, generator: "Generator") -> str:
        """A number in the international form, without a plus."""
        beginning = generator.random.choice(self.beginnings)
        missing = self.length - len(beginning)
        return f"{self.calling_code}{beginning}{generator.random.randrange(10**missing):0{missing}d}"


def mobile_of(country: str) -> Mobile:
    """The shape of a country's mobile numbers; of a country that nobody described, that of no country's network."""
    return MOBILES.get(country, _NOWHERE)


_DIGITS: Final = re.compile(r"(\d+)\[(\d)-(\d)\]")


def _mobile(calling_code: int, beginnings: str, length: int) -> Mobile:
    """The shape with its beginnings parted by blanks; `70[1-9]` stands for nine of them."""
    return Mobile(str(calling_code), tuple(one for word in beginnings.split() for one in _spread(word)), length)


def _spread(beginning: str) -> Iterable[str]:
    found = _DIGITS.fullmatch(beginning)
    return (f"{found[1]}{digit}" for digit in range(int(found[2]), int(found[3]) + 1)) if found else (beginning,)


_NOWHERE: Final = _mobile(883, "5100 5130", 12)

MOBILES: Final = {
    "AE": _mobile(971, "50 52 54 55 56 58", 9),
    "AL": _mobile(355, "67[2-9] 68[2-9] 69", 9),
    "AM": _mobile(374, "41 55 77 91 93 94 98 99", 8),
    "AR": _mobile(54, "911[2-7] 9221[2-6] 9341[2-8] 9351[2-9] 9261[2-8]", 11),
    "AT": _mobile(43, "660 664 676 680 699", 10),
    "AU": _mobile(61, "40 41 42 43 45[4-9] 47[2-8] 48[4-9]", 9),
    "AZ": _mobile(994, "50 51 55 70 77 99", 9),
    "BA": _mobile(387, "61 62 63 65 66", 8),
    "BD": _mobile(880, "13 14 15 16 17 18 19", 10),
    "BE": _mobile(32, "47 48 49", 9),
    "BG": _mobile(359, "87 88 89", 9),
    "BH": _mobile(973, "33 36 38[0-5] 39", 8),
    "BR": _mobile(55, "119 219 319 419 519 619 719 819 859", 11),
    "CA": _mobile(1, "416[2-9] 514[2-9] 604[2-9] 647[2-9] 403[2-9] 613[2-9] 902[2-9]", 10),
    "CH": _mobile(41, "76 77 78 79", 9),
    "CL": _mobile(56, "93 94 95 96[0-8] 97[1-9] 98 99[3-9]", 9),
    "CN": _mobile(86, "130 131 132 135 136 137 138 139 150 151 158 159 176 177 178 180 186 187 188 189 199", 11),
    "CO": _mobile(57, "300 301 304 310 311 312 313 315 316 320 321 350", 10),
    "CY": _mobile(357, "95 96 97 99", 8),
    "CZ": _mobile(420, "601 602 603 604 605 606 607 608 702 720 721 722 723 724 725 731 732 733 736 737 773 777", 9),
    "DE": _mobile(49, "151 152 157 159 160 170 171 172 173 174 175 176 177 178 179", 11),
    "DK": _mobile(
        45,
        "20[1-9] 21[1-9] 22[1-9] 23[1-9] 26 28 29[1-9] 30[1-9] 40[1-9] 41[1-9] 42[1-9] 50[1-9] 51[1-9] 60[1-9] 61[1-9]",
        8,
    ),
    "DZ": _mobile(213, "55 54[0-2] 56[0-4] 66 67 69 77 79", 9),
    "EE": _mobile(372, "50 51 52 53 54 55 56", 8),
    "EG": _mobile(20, "10 11 12 15", 10),
    "ES": _mobile(34, "600 610 620 630 640 650 660 670 680 690 711 722", 9),
    "ET": _mobile(251, "91 92 93 94 96 97", 9),
    "FI": _mobile(358, "40 41 44 45 46 50", 9),
    "FR": _mobile(33, "60 61 62 63[0-8] 64 65 66 67 68 75 76 77 78", 9),
    "GB": _mobile(44, "7400 7500 7710 7800 7850 7900 7951", 10),
    "GE": _mobile(995, "551 555 557 558 568 571 577 579 591 593 595 598 599", 9),
    "GH": _mobile(233, "20 24 26 27 50 54 55 59[1-9]", 9),
    "GR": _mobile(30, "690 693 694 695 697 698 699", 10),
    "HR": _mobile(385, "91 92 95 976 98 99", 9),
    "HU": _mobile(36, "20 30 31 50 70", 9),
    "ID": _mobile(62, "811 812 813 815 816 817 818 819 821 822 838 852 853 857 858 877 878 881 896", 11),
    "IE": _mobile(353, "83 85 86 87 89", 9),
    "IL": _mobile(972, "50[2-9] 52[2-8] 53 54[2-9] 58[3-7]", 9),
    "IN": _mobile(
        91,
        "70 72 73[5-8] 75[6-8] 78[0-7] 808 809 81[0-5] 84 86[7-9] 87[4-6] 88[5-9] 89[2-9] 90 91 93 94 95 96 97 98 99",
        10,
    ),
    "IR": _mobile(98, "901 910 911 912 913 917 919 930 933 935 936 937", 10),
    "IS": _mobile(354, "61[1-8] 62[0-6] 66[0-6] 69 77 78 82[0-5] 84 85 86 89", 7),
    "IT": _mobile(39, "320 328 329 331 333 338 339 340 345 347 348 349 366 370 380 388 389 391 392 393", 10),
    "JO": _mobile(962, "77[5-9] 78[5-9] 79", 9),
    "JP": _mobile(81, "70[1-9] 80[1-9] 90[1-9]", 10),
    "KE": _mobile(254, "70 71 72 73 74 79 11", 9),
    "KR": _mobile(82, "10[2-4] 10[6-9]", 10),
    "LI": _mobile(423, "77 78 79", 7),
    "LK": _mobile(94, "70 71 72 74[0-4] 75 76 77 78", 9),
    "LT": _mobile(370, "60 61 62 64 65 67 68 69", 8),
    "LU": _mobile(352, "621 628 661 668 691 698", 9),
    "LV": _mobile(371, "20 22 25 26 28 29", 8),
    "MK": _mobile(389, "70 71 72 75 76 77 78", 8),
    "MT": _mobile(356, "77 79 99", 8),
    "MX": _mobile(52, "33 55 81 222 442 477 618 656 664 667 686 722 833 844 867 998 999", 10),
    "MY": _mobile(60, "12 13[1-9] 14[2-3] 16 17[1-9] 18[2-3] 19", 9),
    "NG": _mobile(234, "701 703 705 706 802 803 805 806 807 808 809 810 813 816 902 903 906", 10),
    "NL": _mobile(31, "61 62 63 64 65", 9),
    "NO": _mobile(47, "40 41 45[4-9] 46 47 48 90 91 92 93 95 97 98 99", 8),
    "NP": _mobile(977, "974 980 981 982 984 985 986", 10),
    "NZ": _mobile(64, "21 22 27", 9),
    "PH": _mobile(63, "905 906 915 916 917 918 919 920 921 926 927 928 929 939 945 947 949 956 966 977 995 998", 10),
    "PK": _mobile(92, "300 301 302 303 306 311 312 313 315 321 322 331 333 334 341 343 345 346", 10),
    "PL": _mobile(48, "500 501 502 505 510 515 530 600 601 602 603 604 605 606 660 690 691 720 723 730 780 790 880", 9),
    "PS": _mobile(970, "56 59", 9),
    "PT": _mobile(351, "91 92 93 96", 9),
    "RO": _mobile(40, "72 73 74 75 76 77 78[3-8]", 9),
    "RU": _mobile(
        7, "901 903 905 906 909 910 911 912 915 916 917 919 920 921 925 926 927 929 950 960 961 962 965 999", 10
    ),
    "SA": _mobile(966, "50 53 54 55 56 58 59", 9),
    "SE": _mobile(46, "70 72 73 76 79", 9),
    "SI": _mobile(386, "30 31 40 41 51 64 68 69 70 71", 8),
    "SK": _mobile(421, "901 902 903 905 907 908 910 911 915 917 918 940 944 948 949", 9),
    "TH": _mobile(66, "61 62 63 64 65 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99", 9),
    "TR": _mobile(
        90, "501 505 506 507 530 531 532 533 534 535 536 537 538 539 541 542 543 544 545 546 551 552 553 554", 10
    ),
    "TW": _mobile(886, "90 91 92 93 95 96 97 98", 9),
    "UA": _mobile(380, "50 63 66 67 68 73 93 95 96 97 98 99", 9),
    "US": _mobile(
        1,
        "212[2-9] 213[2-9] 305[2-9] 312[2-9] 404[2-9] 415[2-9] 503[2-9] 512[2-9] "
        "602[2-9] 617[2-9] 702[2-9] 713[2-9] 720[2-9] 786[2-9] 818[2-9] 917[2-9]",
        10,
    ),
    "UZ": _mobile(998, "90 91 93 94 95 97 98 99", 9),
    "VE": _mobile(58, "412 414 416 424 426", 10),
    "VN": _mobile(84, "32 33 34 35 36 37 38 39 70 76 77 78 79 81 82 83 84 85 86 88 89[6-9] 90 91 93 94 96 97 98", 9),
    "ZA": _mobile(27, "60 61 62 71 72 73 74 76 78 79 81 82 83 84", 9),
}
