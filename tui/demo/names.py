"""Word lists behind the invented people: names with rough weights, streets, lines of business.

The weights follow the shape of Finnish name statistics (a few very common names, a long tail), written down
by hand in thousands of bearers or less; they aren't official figures. Every list is "word weight" pairs in one
string, read once by `weighted`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import accumulate

FEMALE_NAMES = """
Anne 30 Päivi 25 Anna 33 Minna 22 Sari 24 Tiina 23 Mari 21 Kirsi 18 Hanna 22 Susanna 10 Johanna 16 Maria 17 Sanna 20 Katja 17
Merja 16 Ritva 22 Leena 19 Tuula 20 Pirjo 21 Marja 15 Raija 13 Anneli 6 Liisa 12 Eila 6 Helena 10 Kaarina 6 Eeva 10 Riitta 19
Seija 13 Sirpa 13 Tarja 13 Jaana 15 Outi 13 Heidi 14 Laura 24 Jenni 15 Emilia 9 Emma 13 Sofia 8 Aino 12 Helmi 7 Eevi 3 Venla 6
Ella 8 Ellen 4 Iida 9 Ida 8 Oona 5 Veera 8 Noora 9 Essi 7 Henna 9 Suvi 9 Elina 12 Riikka 12 Satu 15 Mervi 11 Arja 11 Aila 6
Kaija 7 Irma 9 Elli 4 Saara 9 Sara 9 Pinja 3 Kerttu 4 Hilla 1 Lumi 1 Aada 4 Siiri 5 Milla 5 Jonna 8 Piia 8 Taru 6 Virpi 9
Marjo 8 Maija 8 Anni 10 Katri 6 Ulla 7 Ulrika 1 Birgitta 1 Gunilla 1 Camilla 3 Linnea 2 Wilma 3 Amanda 4 Kaisa 9 Reetta 4
Tytti 2 Åsa 1 Märta 1 Elisabeth 2 Natalia 2 Olga 1 Fatima 1 Amina 1 Linh 1 Zainab 1 Kristiina 4 Marketta 3 Hilkka 4 Vuokko 2
Orvokki 1 Tuulikki 1 Sylvi 2 Impi 1 Lempi 1 Tyyne 1 Toini 2
"""

MALE_NAMES = """
Juha 38 Timo 33 Kari 29 Mikko 30 Matti 27 Jari 26 Antti 28 Mika 23 Jukka 25 Markku 22 Hannu 22 Pekka 24 Seppo 17 Heikki 18
Marko 20 Sami 20 Ari 18 Petri 18 Janne 19 Ville 20 Juho 10 Jani 17 Jarmo 14 Pasi 14 Harri 14 Risto 12 Ilkka 11 Esa 10 Jorma 13
Raimo 11 Erkki 12 Olli 11 Jaakko 12 Tuomas 13 Lauri 11 Eero 10 Arto 11 Vesa 12 Tero 11 Toni 11 Henri 10 Teemu 10 Aleksi 11
Jesse 9 Joonas 11 Niko 9 Oskari 4 Onni 6 Leo 6 Elias 6 Eino 7 Väinö 5 Oliver 4 Eetu 6 Niilo 4 Aatos 2 Veikko 5 Kalevi 2 Tapio 4
Pentti 7 Reijo 7 Martti 8 Paavo 6 Kimmo 10 Kalle 9 Jussi 9 Sakari 3 Rauno 4 Tapani 3 Keijo 4 Reino 2 Urho 1 Toivo 3 Arvo 2
Otto 4 Oiva 1 Nooa 2 Lenni 2 Luukas 3 Samuli 5 Miika 5 Aki 5 Jyrki 8 Kai 5 Kim 4 Tom 3 Stefan 3 Henrik 4 Anders 2 Johan 3
Björn 1 Åke 1 Göran 1 Mats 2 Nils 1 Kaj 2 Christian 3 Robin 4 Rasmus 4 Konsta 3 Akseli 3 Hugo 1 Ahmed 1 Ali 2 Mohamed 1
Dmitri 1 Sergei 1 Andrei 1 Minh 1 Yusuf 1
"""

LAST_NAMES = """
Korhonen 221 Virtanen 220 Mäkinen 201 Nieminen 200 Mäkelä 184 Hämäläinen 182 Laine 177 Heikkinen 173 Koskinen 170 Järvinen 163
Lehtonen 157 Lehtinen 147 Saarinen 143 Niemi 142 Salminen 141 Heinonen 138 Salonen 137 Heikkilä 136 Kinnunen 131 Turunen 122
Salo 121 Laitinen 121 Tuominen 120 Rantanen 117 Karjalainen 114 Jokinen 113 Mattila 111 Savolainen 107 Lahtinen 104 Ahonen 103
Leppänen 91 Hiltunen 90 Ojala 89 Kallio 88 Leinonen 87 Väisänen 86 Kettunen 85 Räsänen 84 Hakala 83 Huttunen 82 Miettinen 81
Pitkänen 80 Manninen 79 Anttila 78 Aaltonen 90 Hirvonen 77 Koivisto 76 Laaksonen 75 Nurmi 74 Lindholm 30 Toivonen 73 Peltonen 72
Aalto 71 Partanen 70 Seppälä 69 Lappalainen 68 Mikkonen 67 Pesonen 66 Pulkkinen 65 Harju 64 Ikonen 63 Nyman 26 Halonen 62
Kokkonen 61 Jääskeläinen 60 Vainio 59 Kauppinen 58 Kärkkäinen 57 Suominen 56 Lampinen 55 Niskanen 54 Hyvönen 53 Rissanen 52
Kemppainen 51 Rautio 50 Moilanen 49 Tikkanen 48 Honkanen 47 Oksanen 60 Hyvärinen 58 Parviainen 36 Nevalainen 45 Mustonen 60
Lipponen 20 Karppinen 44 Tanskanen 25 Pirinen 18 Vesterinen 19 Ruotsalainen 25 Kekkonen 8 Kivinen 14 Kivelä 40 Mäki 60 Rantala 50
Kangas 49 Uusitalo 45 Yli-Mäyry 2 Ala-Aho 2 Mäki-Petäjä 1 Yrjölä 3 Ylönen 18 Äijälä 3 Öhman 6 Österberg 4 Åkerlund 3 Åberg 3
Lindström 34 Lindqvist 26 Johansson 60 Karlsson 44 Andersson 33 Eriksson 26 Gustafsson 15 Lindroos 16 Nyberg 15 Blomqvist 14
Lundqvist 9 Ekholm 8 Holmström 12 Sjöblom 9 Backman 11 Granlund 7 Sundström 8 Wikström 9 Grönroos 7 Fagerström 5 Henriksson 10
Saari 50 Sillanpää 38 Hautala 25 Peltola 45 Alatalo 20 Nikula 22 Perälä 28 Viitanen 40 Tuomi 37 Kujala 45 Luoma 30 Lahti 45
Kuusisto 40 Haapala 35 Haapasalo 8 Koski 46 Lehto 55 Hietala 33 Ranta 40 Vuorinen 42 Vuori 25 Suomalainen 18 Tamminen 30
Valkonen 13 Mustakallio 2 Sipilä 36 Kulmala 25 Kantola 30 Penttilä 35 Eskola 32 Hakkarainen 33 Puustinen 25 Sorsa 9 Karhu 25
Susi 2 Kontio 5 Hirvi 2 Repo 13 Metsälä 12 Pursiainen 10 Kurki 12 Rinne 33 Mononen 18 Eronen 25 Sallinen 19 Kainulainen 29
Ryynänen 15 Hänninen 58 Jäntti 9 Lyytikäinen 20 Myllylä 8 Myllymäki 24 Niinistö 2 Vartiainen 26 Tolvanen 28 Paananen 30 Tarkiainen 9
Ojanen 29 Rajala 38 Rossi 27 Suhonen 30 Vilén 4 Vilkki 2 Ketola 35 Kallioinen 5 Rautiainen 35 Piirainen 28 Juntunen 38 Määttä 40
Keränen 37 Heiskanen 45 Kivimäki 24 Latvala 20 Pylkkänen 14 Nissinen 34 Silvennoinen 24 Taskinen 22 Ollila 25 Haataja 20 Sutinen 18
Nguyen 12 Ahmed 9 Ali 8 Mohamed 8 Ivanov 5 Ivanova 4 Petrov 3 Tamm 5 Saar 4 Kask 3 Hassan 7 Kowalski 1 García 1 Müller 2 O'Brien 1
"""

STREET_STEMS = """
Koivu 9 Mänty 8 Kuusi 8 Pihlaja 7 Tammi 6 Vaahtera 6 Haapa 5 Leppä 5 Kataja 4 Ranta 8 Niitty 6 Pelto 7 Metsä 7 Mäki 6 Harju 6
Lähde 4 Joki 5 Järvi 5 Kallio 6 Kivi 6 Hiekka 4 Suo 3 Laakso 4 Koulu 9 Kirkko 9 Asema 8 Kauppa 8 Tehtaan 4 Mylly 6 Sepän 5
Puutarha 6 Satama 4 Linna 3 Tori 3 Postin 2 Kunnan 3 Pappilan 4 Peltolan 3 Yrjön 2 Aleksanterin 3 Hämeen 4 Turun 4 Porvoon 2
Savon 2 Lapin 1 Itäinen 2 Vanha 2 Uusi 2 Mansikka 3 Mustikka 3 Puolukka 3 Karhun 3 Ketun 3 Jäniksen 2 Oravan 3 Kurjen 2 Joutsenen 2
Haukan 2 Peipon 2 Käpy 3 Sammal 2 Kanerva 4 Vuokko 2 Ruusu 3 Orvokki 2 Päivän 2 Ilta 2 Aamu 2 Talvi 1 Kevät 2 Syys 1 Ääri 1
"""

STREET_ENDINGS = "tie 30 katu 32 polku 11 kuja 13 rinne 4 kaari 3 raitti 2 penger 1 piha 2 aukio 1"

FIRM_WORDS = """
Rakennus 8 Sähkö 6 Putki 5 Maalaus 4 Kiinteistö 7 Siivous 4 Kuljetus 7 Huolto 6 Auto 6 Kone 5 Metalli 4 Puu 4 Sisustus 4 Kukka 2
Leipomo 2 Kahvila 4 Ravintola 5 Parturi 3 Fysio 3 Hammas 2 Optiikka 1 Kirja 1 Paino 2 Media 4 Digi 4 Data 4 Ohjelmisto 4 Laki 2
Tili 3 Talous 3 Konsultointi 4 Koulutus 3 Matka 2 Taksi 3 Maanrakennus 4 Metsä 3 Puutarha 2 Kala 1 Vene 2 Turva 2 Lämpö 3 Ilma 2
"""

FIRM_PLACES = """
Pohjola 5 Savo 4 Häme 4 Karjala 3 Satakunta 2 Uusimaa 3 Lakeus 3 Kainuu 2 Lappi 3 Saimaa 3 Päijänne 2 Pirkka 3 Kymi 2 Ranta 3
Kolmio 2 Virta 3 Aurinko 2 Tähti 3 Kulma 2 Ässä 2 Ykkös 2 Meri 3 Saari 2 Vuori 2 Kallio 2 Harju 2
"""


@dataclass(frozen=True, slots=True)
class Weighted:
    """Words and their running totals, as `random.choices(words, cum_weights=totals)` wants them."""

    words: tuple[str, ...]
    totals: tuple[int, ...]


@cache
def weighted(pairs: str) -> Weighted:
    """Read one of the "word weight word weight" lists of this module."""
    parts = pairs.split()
    words = tuple(parts[0::2])
    weights = (int(weight) for weight in parts[1::2])
    return Weighted(words, tuple(accumulate(weights)))
